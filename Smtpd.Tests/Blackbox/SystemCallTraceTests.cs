using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>The reader of traces tells a reply that came too early from one that came in time, so that the durability tests can fail.</summary>
public sealed partial class SystemCallTraceTests
{
    private const string Write = "11 pwrite64(7</s/mail.db-wal>, \"\\0\\1 m1-a and m1-b\"..., 4096, 32) = 4096";
    private const string Sync = "11 fdatasync(7</s/mail.db-wal>)      = 0";
    private const string Reply = "12 sendto(9<socket:[5]>, \"250 2.0.0 Ok: queued as 0123456789abcdef01234567\\r\\n\", 49, 0, NULL, 0) = 49";

    [Test]
    public void Reply_after_the_sync_of_what_was_written_is_in_time() => Assert.That(IsSafe(Write, Sync, Reply), Is.True);

    [Test]
    public void Reply_before_the_sync_is_too_early() => Assert.That(IsSafe(Write, Reply, Sync), Is.False);

    [Test]
    public void Sync_before_the_write_does_not_count() => Assert.That(IsSafe(Sync, Write, Reply), Is.False);

    [Test]
    public void Sync_that_failed_does_not_count() =>
        Assert.That(IsSafe(Write, Sync.Replace("= 0", "= -1 EIO (Input/output error)", StringComparison.Ordinal), Reply), Is.False);

    [Test]
    public void Sync_of_another_file_does_not_count() =>
        Assert.That(IsSafe(Write, Sync.Replace("mail.db-wal", "mail.db", StringComparison.Ordinal), Reply), Is.False);

    [Test]
    public void Sync_that_had_not_returned_when_the_reply_was_sent_does_not_count() =>
        Assert.That(IsSafe(Write, "11 fdatasync(7</s/mail.db-wal> <unfinished ...>", Reply, "11 <... fdatasync resumed>)     = 0"), Is.False);

    [Test]
    public void Sync_that_began_before_the_write_returned_does_not_count() =>
        Assert.That(IsSafe(Write.Replace(") = 4096", " <unfinished ...>", StringComparison.Ordinal), "13 fdatasync(7</s/mail.db-wal> <unfinished ...>",
            "11 <... pwrite64 resumed>) = 4096", "13 <... fdatasync resumed>) = 0", Reply), Is.False);

    [Test]
    public void Calls_that_were_interrupted_in_the_trace_are_put_together_again() =>
        Assert.That(IsSafe(Write.Replace(") = 4096", " <unfinished ...>", StringComparison.Ordinal), "14 write(1<pipe:[3]>, \"x\", 1) = 1",
            "11 <... pwrite64 resumed>) = 4096", "11 fdatasync(7</s/mail.db-wal> <unfinished ...>", "11 <... fdatasync resumed>) = 0", Reply), Is.True);

    private static bool IsSafe(params string[] lines)
    {
        var trace = SystemCallTrace.Parse(lines);
        SystemCall reply = trace.Acknowledgements()["0123456789abcdef01234567"];
        return trace.WritesTo(path => path.StartsWith("/s/", StringComparison.Ordinal), Mark()).AreSafeBefore(reply.Begun, ["m1-a", "m1-b"], 2);
    }

    [GeneratedRegex("m1-[ab]")]
    private static partial Regex Mark();
}
