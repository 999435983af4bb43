using System.Diagnostics;
using System.Text;
using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Mongo;

namespace Smtpd.Tests.Blackbox;

/// <summary>
/// Two servers take mail into one replica set while that is killed, stopped, held, started again and its primary moves, and while they themselves are killed over their spools: what was
/// acknowledged is in the database, once.
/// </summary>
public sealed class MongoDurabilityTests
{
    private const string Database = "Torture";
    private const string Collection = "Messages";

    /// <summary>Acknowledged messages between two faults, or so long.</summary>
    private const int MessagesBetween = 24;

    private static readonly TimeSpan _longestBetween = TimeSpan.FromSeconds(3);

    /// <summary>Everyday mail.</summary>
    private static readonly int[] _sizes = [400, 4_000, 1_000, 2_000, 4_000, 10_000, 800, 4_000, 2_000, 3_000, 500, 2_000, 4_000, 1_500, 4_000];

    [Test]
    public Task What_was_acknowledged_is_in_the_database_once_after_each_kind_of_fault() => RunAsync(rounds: 1, isWithFiles: false);

    /// <summary>Some minutes, no more: the stand-in is a script with everything in memory, and after 40,000 messages it greets too late to be taken for well.</summary>
    [Test, Category("Torture")]
    public Task What_was_acknowledged_is_in_the_database_once_after_many_faults() => RunAsync(rounds: 8, isWithFiles: true);

    /// <param name="rounds">How often each kind of fault happens.</param>
    /// <param name="isWithFiles">True: some messages are too big for a document too.</param>
    private static async Task RunAsync(int rounds, bool isWithFiles)
    {
        using TemporaryFolder folder = new(), first = new(), second = new();
        await using StandIn server = await StandIn.StartAsync(StandInOptions.ReplicaSet with { Data = folder.File("mongod.data") });
        byte[][] small = [.. _sizes.Select((size, i) => BulkMail.OfSize(size, $"mixed {i}"))];
        byte[][] contents = [.. small, .. small, BulkMail.OfSize(70_000, "larger"), .. small, .. small, .. small, .. small, BulkMail.OfSize(700_000, "written ahead"), .. small];
        if (isWithFiles) contents = [.. Enumerable.Repeat(contents, 5).SelectMany(one => one), BulkMail.OfSize(16_000_000, "too big for a document")];
        IReadOnlyList<BulkMail> mails = BulkMail.RoundRobin(contents, contents.Length);
        int serial = 0;
        await using LoadedReceiver left = new(Configure(first, server), mails, () => Interlocked.Increment(ref serial)), right = new(Configure(second, server), mails, () => Interlocked.Increment(ref serial));
        LoadedReceiver[] receivers = [left, right];
        foreach (LoadedReceiver receiver in receivers) await receiver.StartAsync();

        var random = new Random(rounds);
        for (int round = 0; round < rounds; round++)
        {
            Fault[] faults = Enum.GetValues<Fault>();
            if (rounds > 1) random.Shuffle(faults);
            foreach (Fault fault in faults)
            {
                await BringAboutAsync(fault, server, receivers, random);
                await MailAsync(receivers, MessagesBetween, _longestBetween);
            }
        }

        await server.StepDownAsync(to: 0);
        foreach (LoadedReceiver receiver in receivers) await receiver.EndLoadAsync();
        foreach (LoadedReceiver receiver in receivers)
        {
            await Eventually.HoldsAsync(receiver.IsForwardedAsync, "all is forwarded", TimeSpan.FromMinutes(3));
            Assert.That(await receiver.FigureAsync("smtpd_spool_messages"), Is.Zero);
            Assert.That(await receiver.FigureAsync("smtpd_spool_refused_messages"), Is.Zero);
        }
        var acknowledged = new Dictionary<int, string>(receivers.SelectMany(receiver => receiver.Acknowledged));
        await TestContext.Out.WriteLineAsync($"{acknowledged.Count} acknowledged of {receivers.Sum(receiver => receiver.Sent.Count())}, {receivers.Sum(receiver => receiver.Broken)} broken sessions, {rounds} rounds of {Enum.GetValues<Fault>().Length} faults");

        Assert.That(receivers.SelectMany(receiver => receiver.Refusals), Is.Empty, "the spool takes what the database does not");
        await ExpectInDatabaseAsync(server, receivers.SelectMany(receiver => receiver.Sent).ToDictionary(mail => mail.Serial), acknowledged, left.Process.Api);
        foreach (LoadedReceiver receiver in receivers) await receiver.Process.StopAsync();
    }

    private enum Fault { PrimaryMoves, NoPrimary, RepliesLost, RepliesCut, ConcernMissed, Held, Stopped, Killed, ReceiverKilled, ReceiverKilledOverItsSpool, ReceiverKilledWhileForwarding }

    private static async Task BringAboutAsync(Fault fault, StandIn server, LoadedReceiver[] receivers, Random random)
    {
        LoadedReceiver one = receivers[random.Next(receivers.Length)];
        switch (fault)
        {
            case Fault.PrimaryMoves:
                await server.StepDownAsync();
                break;
            case Fault.NoPrimary:
                await server.StepDownAsync(milliseconds: random.Next(200, 2500));
                break;
            case Fault.RepliesLost:
                await server.FailAsync("""["insert"]""", "\"closeAfterExecute\": true", times: random.Next(1, 6));
                break;
            case Fault.RepliesCut:
                await server.ControlAsync($$"""{"cutReplyAt": 1, "bytes": {{random.Next(1, 60)}}, "times": {{random.Next(1, 4)}}, "commands": ["insert"]}""");
                break;
            case Fault.ConcernMissed:
                await server.FailAsync("""["insert"]""", "\"writeConcernError\": {\"code\": 64, \"codeName\": \"WriteConcernFailed\", \"errmsg\": \"waiting for replication timed out\"}", times: random.Next(1, 4));
                break;
            case Fault.Held:
                // Beyond mongo.timeout, so that nobody knows what became of the batch.
                server.Send(Signal.Stop);
                await Task.Delay(random.Next(1500, 3500));
                server.Send(Signal.Continue);
                break;
            case Fault.Stopped:
                await server.StopAsync();
                await MailAsync(receivers, MessagesBetween, _longestBetween);
                await server.StartAgainAsync();
                break;
            case Fault.Killed:
                await server.KillAsync();
                await MailAsync(receivers, MessagesBetween, _longestBetween);
                await server.StartAgainAsync();
                break;
            case Fault.ReceiverKilled:
                await one.KillAsync();
                await one.StartAsync();
                break;
            case Fault.ReceiverKilledOverItsSpool:
                await server.KillAsync();
                await SpooledAsync(one);
                await one.KillAsync();
                await one.StartAsync();
                await SpooledAsync(one);
                await server.StartAgainAsync();
                break;
            case Fault.ReceiverKilledWhileForwarding:
                await server.KillAsync();
                await SpooledAsync(one);
                long before = await one.FigureAsync("smtpd_spool_forwarded_total");
                await server.StartAgainAsync();
                await one.SpoolHoldsAsync("forwarded_total", now => now > before, Eventually.Deadline);
                await one.KillAsync();
                await one.StartAsync();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault));
        }
    }

    private static Task SpooledAsync(LoadedReceiver receiver) => receiver.SpoolHoldsAsync("messages", waiting => waiting >= MessagesBetween, Eventually.Deadline);

    /// <summary>Waits until so many more messages are acknowledged, or so long.</summary>
    private static async Task MailAsync(LoadedReceiver[] receivers, int more, TimeSpan most)
    {
        int target = receivers.Sum(receiver => receiver.Count) + more;
        long began = Stopwatch.GetTimestamp();
        while (receivers.Sum(receiver => receiver.Count) < target && Stopwatch.GetElapsedTime(began) < most) await Task.Delay(10);
    }

    /// <summary>Looks at the documents themselves, and lets the server read those whose source is in a file.</summary>
    private static async Task ExpectInDatabaseAsync(StandIn server, Dictionary<int, BulkMail> sent, Dictionary<int, string> acknowledged, ApiClient api)
    {
        var stored = new List<(int Serial, string Id)>();
        var changed = new List<int>();
        await using MongoCursor cursor = await server.Connect().Collection(Database, Collection).FindAsync(BsonDocument.Empty, new FindOptions { Projection = ExtendedJson.Read("""{"id": 1, "from": 1, "content.body": 1}"""), BatchSize = 200 }, default);
        while (await cursor.MoveNextAsync())
        {
            string id = cursor.Current["id"u8].AsString()!, body = cursor.Current["content"u8].AsDocument()["body"u8].AsString()!;
            int serial = BulkMail.SerialOf($"{cursor.Current["from"u8].AsDocument()["mailbox"u8].AsString()}@");
            StoredSource source = body.Length > 0 ? StoredSource.Parse(Encoding.ASCII.GetBytes(body)) : await api.SourceAsync(id);
            if (source.Digest != sent[serial].Digest) changed.Add(serial);
            stored.Add((serial, id));
        }
        Assert.That(changed, Is.Empty, "messages that came back changed");
        ILookup<int, string> bySerial = stored.ToLookup(one => one.Serial, one => one.Id);
        Assert.That(bySerial.Where(one => one.Count() > 1).Select(one => one.Key), Is.Empty, "messages that are there twice");
        Assert.That(acknowledged.Where(one => !bySerial[one.Key].SequenceEqual([one.Value])).Select(one => one.Key), Is.Empty, "acknowledged messages that are not there");
    }

    private static SmtpdConfiguration Configure(TemporaryFolder folder, StandIn server)
    {
        var configuration = new SmtpdConfiguration(folder);
        configuration.Datastore["storage"] = "mongodb";
        configuration.Datastore["mongo.uri"] = server.ConnectionString("heartbeatFrequencyMS=500&connectTimeoutMS=1000");
        configuration.Datastore["mongo.db"] = Database;
        configuration.Datastore["mongo.coll"] = Collection;
        configuration.Datastore["mongo.timeout"] = 1;
        return configuration;
    }
}
