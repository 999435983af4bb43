using NUnit.Framework;
using Smtpd.Operations;

namespace Smtpd.Tests.Operations;

public sealed class PidFileTests
{
    [Test]
    public void The_file_holds_the_process_id_and_a_line_feed_and_goes_at_the_end()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("smtpd.pid", "4711 left over by another\n");
        using (PidFile.Create(path)) Assert.That(File.ReadAllText(path), Is.EqualTo($"{Environment.ProcessId}\n"));
        Assert.That(File.Exists(path), Is.False);
    }

    [Test]
    public void A_file_that_another_process_took_over_stays()
    {
        using var folder = new TemporaryFolder();
        string path = folder["smtpd.pid"];
        using (PidFile.Create(path)) File.WriteAllText(path, "1\n");
        Assert.That(File.ReadAllText(path), Is.EqualTo("1\n"));
    }

    [Test]
    public void A_file_that_is_gone_already_is_no_trouble()
    {
        using var folder = new TemporaryFolder();
        PidFile? file = PidFile.Create(folder["smtpd.pid"]);
        File.Delete(folder["smtpd.pid"]);
        Assert.DoesNotThrow(() => file!.Dispose());
    }

    [TestCase(null)]
    [TestCase("none")]
    public void None_means_no_file(string? path) => Assert.That(PidFile.Create(path), Is.Null);

    [TestCase("absent/smtpd.pid")]
    [TestCase("")]
    public void A_file_that_cannot_be_written_is_named_with_the_way_out(string name)
    {
        using var folder = new TemporaryFolder();
        string path = folder[name];
        StartupException failure = Assert.Throws<StartupException>(() => PidFile.Create(path))!;
        Assert.That(failure.Message, Does.StartWith($"{path}: cannot write the pid file: ").And.EndsWith("; name another with -pidfile, or none"));
    }
}
