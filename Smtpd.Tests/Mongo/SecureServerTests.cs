using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Mongo;

/// <summary>Servers that want a password, TLS, or a certificate.</summary>
[CancelAfter(180_000)]
public sealed class SecureServerTests
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Both_kinds_of_scram_sign_in_and_a_wrong_password_does_not()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.Standalone with { User = "tester:pass" });
        foreach (string mechanism in (string[])["", "authMechanism=SCRAM-SHA-1", "authMechanism=SCRAM-SHA-256"])
        {
            MongoCollection mails = server.Connect(mechanism).Collection(server.Database, "mails");
            await mails.InsertAsync(BsonDocument.Of("_id"u8, mechanism), Token);
        }
        Assert.That(ConnectionString.TryParse(server.ConnectionString("serverSelectionTimeoutMS=5000").Replace("tester:pass", "tester:guess", StringComparison.Ordinal), out MongoConnectionSettings? settings, out _), Is.True);
        await using var wrong = new MongoClient(settings!, TimeProvider.System, server.Log);
        MongoException? refused = Assert.ThrowsAsync<MongoException>(() => wrong.PingAsync(Token));
        Assert.That(refused!.Failure, Is.EqualTo(MongoFailure.SignIn), refused.Message);
        Assert.That(refused.ToString(), Does.Not.Contain("guess"));

        MongoException? nobody = Assert.ThrowsAsync<MongoException>(() => server.Connect(signsIn: false).Collection(server.Database, "mails").CountAsync(BsonDocument.Empty, Token));
        Assert.That(nobody!.Code, Is.EqualTo(13));
    }

    [Test]
    public async Task A_replica_set_with_tls_and_passwords_fails_over_like_any()
    {
        using var folder = new TemporaryFolder();
        (string, string) tls = await TestCertificate.MakeAsync(folder, "server");
        await using StandIn server = await StandIn.StartAsync(StandInOptions.ReplicaSet with { User = "t\u00E9ster:p@ss:w\u00F6rd", Tls = tls });
        MongoCollection mails = server.Connect("heartbeatFrequencyMS=500&serverSelectionTimeoutMS=60000").Collection(server.Database, "mails");
        for (int i = 0; i < 10; i++)
        {
            if (i == 5) await server.StepDownAsync();
            await mails.InsertAsync(BsonDocument.Of("_id"u8, i), Token);
        }
        Assert.That(await mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(10));
    }

    [Test]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_unless_that_is_allowed()
    {
        using var folder = new TemporaryFolder();
        (string, string) tls = await TestCertificate.MakeAsync(folder, "server");
        await using StandIn server = await StandIn.StartAsync(StandInOptions.Standalone with { Tls = tls });
        MongoException? unknown = Assert.ThrowsAsync<MongoException>(() => server.Connect("tls=true&serverSelectionTimeoutMS=1500").PingAsync(Token));
        Assert.That(unknown!.Message, Does.Contain("tlsCAFile"));
        await server.Connect("tls=true&tlsAllowInvalidCertificates=true").PingAsync(Token);
        await server.Connect("tls=true&tlsInsecure=true").PingAsync(Token);
        await server.Connect().PingAsync(Token);
        MongoException? clear = Assert.ThrowsAsync<MongoException>(() => server.Connect("tls=false&serverSelectionTimeoutMS=1500").PingAsync(Token));
        Assert.That(clear!.Failure, Is.EqualTo(MongoFailure.NoServer));
    }

    [Test]
    public async Task A_server_that_demands_a_certificate_is_shown_ours()
    {
        using var folder = new TemporaryFolder();
        (string Certificate, string Key) tls = await TestCertificate.MakeAsync(folder, "server");
        (string Certificate, string Key) ours = await TestCertificate.MakeClientAsync(folder, "client", "postmaster", tls);
        string both = folder.File("both.pem");
        await File.WriteAllTextAsync(both, await File.ReadAllTextAsync(ours.Certificate, Token) + await File.ReadAllTextAsync(ours.Key, Token), Token);
        await using StandIn server = await StandIn.StartAsync(StandInOptions.Standalone with { Tls = tls, Authority = tls.Certificate });
        string authority = $"tls=true&tlsCAFile={Uri.EscapeDataString(tls.Certificate)}";
        await server.Connect($"{authority}&tlsCertificateKeyFile={Uri.EscapeDataString(both)}").PingAsync(Token);
        Assert.ThrowsAsync<MongoException>(() => server.Connect($"{authority}&serverSelectionTimeoutMS=1500").PingAsync(Token));
    }

    [Test]
    public void A_file_that_is_not_there_is_named()
    {
        Assert.That(ConnectionString.TryParse("mongodb://127.0.0.1/?tls=true&tlsCAFile=/nowhere/ca.pem", out MongoConnectionSettings? settings, out _), Is.True);
        MongoException? missing = Assert.Throws<MongoException>(() => _ = new MongoClient(settings!, TimeProvider.System, new Web.ListLog()));
        Assert.That(missing!.Message, Does.Contain("tlsCAFile").And.Contain("/nowhere/ca.pem"));
    }
}
