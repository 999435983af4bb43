using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>The system calls of a running server show that no message is acknowledged before it is on disk.</summary>
public sealed partial class DurabilitySyncTests : FreshFixture
{
    private const int Small = 240;
    private const int Big = 6;

    [Test]
    public async Task Every_acknowledgement_follows_a_completed_sync_of_the_file_that_holds_the_message()
    {
        string traceFile = Folder.File("trace");
        var acknowledged = new Dictionary<string, Marked>();
        await using (SmtpdProcess server = await SmtpdProcess.StartAsync(Configuration, tracer: SystemCallTrace.Command(traceFile)))
        {
            Marked[] mails = [.. Enumerable.Range(0, Small + Big).Select(serial => new Marked(serial, serial < Small ? 3_000 : 700_000))];
            foreach ((string id, Marked mail) in (await Task.WhenAll(mails.Chunk((Small + Big) / 12).Select(SendAsync))).SelectMany(one => one)) acknowledged.Add(id, mail);
            await server.StopAsync();
        }
        await Eventually.HoldsAsync(() => File.ReadLines(traceFile).Any(line => line.Contains("+++ exited with 0 +++", StringComparison.Ordinal)), "the end of the trace");

        var trace = SystemCallTrace.Parse(File.ReadLines(traceFile));
        IReadOnlyDictionary<string, SystemCall> replies = trace.Acknowledgements();
        Assert.That(replies.Keys, Is.SupersetOf(acknowledged.Keys), "every acknowledgement is in the trace");
        StoreWrites writes = trace.WritesTo(path => path == Configuration.StorePath || path == Configuration.StorePath + "-wal", Mark());
        string[] early = [.. acknowledged.Where(one => !IsSafe(writes, one.Value, replies[one.Key].Begun)).Select(one => $"{one.Key} ({one.Value.Source.Length} octets)")];
        Assert.That(early, Is.Empty, "messages that were acknowledged before they were safe");
    }

    /// <summary>The body has many marks, of which a page's end may cut some in two; the envelope's two recipients are marks of their own.</summary>
    private static bool IsSafe(StoreWrites writes, Marked mail, int moment) =>
        writes.AreSafeBefore(moment, mail.Body, mail.Body.Count * 9 / 10) && writes.AreSafeBefore(moment, mail.Recipients, 1);

    private async Task<List<(string Id, Marked Mail)>> SendAsync(Marked[] mails)
    {
        var sent = new List<(string, Marked)>();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        foreach (Marked mail in mails)
        {
            SmtpReply reply = await dialogue.DeliverAsync(mail.Source, "a@load.test", [.. mail.Recipients.Select(one => one + "@local.test")]);
            Assert.That(reply.QueuedAs, Is.Not.Null, reply.ToString());
            sent.Add((reply.QueuedAs!, mail));
        }
        return sent;
    }

    /// <summary>A message that is full of texts that no other message has.</summary>
    private sealed class Marked
    {
        public Marked(int serial, int octets)
        {
            Recipients = [$"mark-{serial}-r1z", $"mark-{serial}-r2z"];
            var text = new StringBuilder("Subject: marked\r\n\r\n");
            for (int i = 0; text.Length < octets; i++)
            {
                Body.Add($"mark-{serial}-b{i}z");
                text.Append(Body[^1]).Append(' ', 40).Append("\r\n");
            }
            Source = text.ToString();
        }

        public string Source { get; }
        public List<string> Body { get; } = [];
        public IReadOnlyCollection<string> Recipients { get; }
    }

    [GeneratedRegex(@"mark-\d+-[rb]\d+z")]
    private static partial Regex Mark();
}
