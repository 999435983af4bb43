using System.Collections.Concurrent;
using System.Diagnostics;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mongo.Bson;
using Smtpd.Storage;
using Smtpd.Storage.Mongo;
using Smtpd.Tests.Mongo;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage.Mongo;

/// <summary>Mail comes in while the primary moves, members vanish and freeze, and answers are lost: what was acknowledged is there, once.</summary>
[NonParallelizable]
internal sealed class MongoTortureTests
{
    private const int Sessions = 8;

    /// <summary>Acknowledged messages between two faults, or so long: some faults let nothing through.</summary>
    private const int MessagesBetween = 20;

    private static readonly TimeSpan _longestBetween = TimeSpan.FromSeconds(3);

    [Test]
    public Task What_was_acknowledged_is_there_once_after_some_faults() => RunAsync(faults: 8);

    [Test, Category("Torture")]
    public Task What_was_acknowledged_is_there_once_after_many_faults() => RunAsync(faults: 120);

    private static async Task RunAsync(int faults)
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.ReplicaSet);
        using var folder = new TemporaryFolder();
        await using MongoStore store = MongoStores.Open(folder, server);
        using var staging = new BodyStaging(folder.Root, store.Space);
        var acknowledged = new ConcurrentDictionary<MessageId, string>();
        long refused = 0;
        using var enough = new CancellationTokenSource();
        await using (var intake = new Intake(store, new MailFeed(), keep: true, TimeProvider.System, new ListLog()))
        {
            Task[] sessions = [.. Enumerable.Range(0, Sessions).Select(session => Task.Run(async () =>
            {
                for (int i = 0; !enough.IsCancellationRequested; i++)
                {
                    string subject = $"session {session} message {i}";
                    using ReceivedMail mail = Mails.New(staging, $"Subject: {subject}\r\n\r\n{new string('x', 3000)}\r\n");
                    if (await intake.AcceptAsync(mail) == AcceptOutcome.Stored) acknowledged[mail.Id] = subject;
                    else Interlocked.Increment(ref refused);
                }
            }))];
            var random = new Random(faults);
            for (int i = 0; i < faults; i++)
            {
                await HurtAsync(server, random);
                int target = acknowledged.Count + MessagesBetween;
                long began = Stopwatch.GetTimestamp();
                while (acknowledged.Count < target && Stopwatch.GetElapsedTime(began) < _longestBetween) await Task.Delay(5);
            }
            await server.StepDownAsync(to: 0);
            int last = acknowledged.Count + MessagesBetween;
            Assert.That(() => acknowledged.Count, Is.GreaterThanOrEqualTo(last).After(120).Seconds.PollEvery(20).MilliSeconds, "mail comes in again");
            await enough.CancelAsync();
            await Task.WhenAll(sessions).WaitAsync(StandIn.Deadline);
        }
        var stored = new Dictionary<MessageId, string>();
        foreach (BsonDocument document in await store.Collection(MongoStores.Collection).FindAllAsync(BsonDocument.Empty, new() { Projection = StoredMail.Make("subject") }, default))
            Assert.That(stored.TryAdd(document["_id"u8].AsObjectId(), document["subject"u8].AsString()!), Is.True);
        await TestContext.Out.WriteLineAsync($"{acknowledged.Count} acknowledged, {refused} refused, {stored.Count} stored, {faults} faults");
        Assert.That(stored.Values, Is.Unique);
        Assert.That(acknowledged.Where(one => stored.GetValueOrDefault(one.Key) != one.Value), Is.Empty);
    }

    private static Task HurtAsync(StandIn server, Random random)
    {
        int member = random.Next(server.Ports.Count);
        return random.Next(6) switch
        {
            0 => server.StepDownAsync(milliseconds: random.Next(400)),
            1 => server.ControlAsync($$"""{"standinFreeze": 1, "ms": {{random.Next(50, 800)}}, "member": {{member}}}"""),
            2 => DownAsync(server, member, random.Next(50, 800)),
            3 => server.FailAsync("""["insert"]""", "\"closeAfterExecute\": true", times: random.Next(1, 3)),
            4 => server.FailAsync("""["insert"]""", "\"closeConnection\": true", times: random.Next(1, 3)),
            _ => server.ControlAsync($$"""{"cutReplyAt": 1, "bytes": {{random.Next(1, 60)}}, "times": 1, "commands": ["insert"]}"""),
        };
    }

    /// <summary>One that is down stays primary until another is made so.</summary>
    private static async Task DownAsync(StandIn server, int member, int milliseconds)
    {
        int other = (member + 1) % server.Ports.Count;
        await server.ControlAsync($$"""{"standinDown": 1, "ms": {{milliseconds}}, "member": {{member}}}""", other);
        await server.StepDownAsync(to: other, member: other);
    }
}
