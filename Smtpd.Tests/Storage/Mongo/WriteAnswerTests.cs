using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Storage;
using Smtpd.Storage.Mongo;
using Smtpd.Tests.Mongo;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage.Mongo;

/// <summary>What a server says of a batch decides whether its mail is safe, is refused for good, or is tried again.</summary>
internal sealed class WriteAnswerTests
{
    private const string Greeting = """{"isWritablePrimary": true, "msg": "isdbgrid", "helloOk": true, "minWireVersion": 0, "maxWireVersion": 21, "logicalSessionTimeoutMinutes": 30, "ok": 1}""";
    private const string Done = """{"n": 2, "nModified": 0, "cursor": {"id": {"$numberLong": "0"}, "ns": "a.b", "firstBatch": []}, "ok": 1}""";
    private const string Unsafe = """, "writeConcernError": {"code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting for replication timed out"}""";

    private enum Fate { IsSafe, IsRefused, IsTriedAgain }

    [TestCase(11000, false, "IsSafe")]
    [TestCase(11000, true, "IsTriedAgain")]
    [TestCase(121, false, "IsRefused")]
    [TestCase(121, true, "IsTriedAgain")]
    [TestCase(133, false, "IsTriedAgain")]
    [TestCase(6, false, "IsTriedAgain")]
    [TestCase(91, false, "IsTriedAgain")]
    [TestCase(10107, false, "IsTriedAgain")]
    [TestCase(13388, false, "IsTriedAgain")]
    public async Task A_document_that_was_not_inserted_is(int code, bool isUnsafe, string fate)
    {
        string answer = $$"""{"n": 1, "writeErrors": [{"index": 1, "code": {{code}}, "errmsg": "because"}]{{(isUnsafe ? Unsafe : "")}}, "ok": 1}""";
        await using var server = new ScriptedServer(command => command.First.NameText switch
        {
            "isMaster" or "hello" => Greeting,
            "insert" => answer,
            _ => Done,
        });
        using var folder = new TemporaryFolder();
        Assert.That(ConnectionString.TryParse($"mongodb://{server.Address}/", out MongoConnectionSettings? settings, out _), Is.True);
        await using var store = new MongoStore(new MongoClient(settings!, TimeProvider.System, new ListLog()), new MongoStoreSettings("a", "b") { Domain = "mx.test", StagingFolder = folder.Root, Timeout = StandIn.Deadline }, new ListLog());
        using var staging = new BodyStaging(folder.Root, store.Space);
        using ReceivedMail first = Mails.New(staging, "Subject: 1\r\n\r\n"), second = Mails.New(staging, "Subject: 2\r\n\r\n");
        first.GiveId(new MessageId(1, 2, 3));
        second.GiveId(new MessageId(1, 2, 4));

        StoreException? failure = null;
        try
        {
            store.Commit([first, second]);
        }
        catch (StoreException caught)
        {
            failure = caught;
        }
        Assert.That(failure is null ? Fate.IsSafe : failure.Refused is null ? Fate.IsTriedAgain : Fate.IsRefused, Is.EqualTo(Enum.Parse<Fate>(fate)), failure?.Message);
        if (failure?.Refused is { } refused) Assert.That(refused, Is.EqualTo(new[] { second.Id }));
    }
}
