using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Storage.Mongo;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Mongo;
using TemporaryFolder = Smtpd.Tests.Operations.TemporaryFolder;

namespace Smtpd.Tests.Storage.Mongo;

/// <summary>The contract of stores with servers of other kinds than the one that all tests share.</summary>
internal abstract class OtherServerContract : MailStoreContract
{
    private StandIn? _server;

    protected override StandIn? Server => _server;

    protected abstract Task<StandIn> StartAsync();

    [OneTimeSetUp]
    public async Task StartServerAsync() => _server = await StartAsync();

    [OneTimeTearDown]
    public async Task StopServerAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    protected override IMailStore Create(TemporaryFolder folder) => MongoStores.Open(folder, _server);
}

/// <summary>A standalone server: no sessions, no numbers for writes that are sent again.</summary>
internal sealed class StandaloneStoreTests : OtherServerContract
{
    protected override Task<StandIn> StartAsync() => StandIn.StartAsync(StandInOptions.Standalone);
}

/// <summary>A replica set that wants a password, over TLS.</summary>
internal sealed class SecureStoreTests : OtherServerContract
{
    private readonly Blackbox.Harness.TemporaryFolder _certificates = new();

    protected override async Task<StandIn> StartAsync() =>
        await StandIn.StartAsync(StandInOptions.ReplicaSet with { User = "tester:p@ss:w\u00F6rd", Tls = await TestCertificate.MakeAsync(_certificates, "server") });

    [OneTimeTearDown]
    public void DeleteCertificates() => _certificates.Dispose();
}

/// <summary>Two mongos in front of a sharded cluster, which have no replica set's name.</summary>
internal sealed class ShardedStoreTests : OtherServerContract
{
    protected override Task<StandIn> StartAsync() => StandIn.StartAsync(new StandInOptions { Members = 2, IsMongos = true });

    [Test]
    public async Task News_of_another_process_are_told_by_a_change_stream()
    {
        await using MongoStore other = MongoStores.Open(Folder, Server);
        var feed = new MailFeed();
        using MailFeed.Subscription news = feed.Subscribe();
        ((MongoStore)Store).Follow(feed);
        using var deadline = new CancellationTokenSource(StandIn.Deadline);
        await using IAsyncEnumerator<MailEvent> events = news.ReadAllAsync(deadline.Token).GetAsyncEnumerator();
        Task<bool> told = events.MoveNextAsync().AsTask();
        var ids = new MessageIdSource(default, TimeProvider.System);
        var committed = new HashSet<MessageId>();
        // The stream may not be open yet: what came before it is not told.
        do
        {
            using ReceivedMail mail = Mail("from elsewhere");
            mail.GiveId(ids.Next());
            other.Commit([mail]);
            committed.Add(mail.Id);
        }
        while (await Task.WhenAny(told, Task.Delay(TimeSpan.FromMilliseconds(300), deadline.Token)) != told);
        Assert.That(await told, Is.True);
        Assert.That(events.Current.Kind, Is.EqualTo(MailEventKind.New));
        Assert.That(committed, Has.Member(events.Current.Id));
        await other.DeleteAsync(MailScope.Everything, [events.Current.Id], default);
        MailEvent last = events.Current;
        while (last.Kind == MailEventKind.New && await events.MoveNextAsync()) last = events.Current;
        Assert.That(last.Kind, Is.EqualTo(MailEventKind.Deleted));
        Assert.That(Server!.Log.Lines.Select(line => line.Text), Has.None.Contains("no change stream"));
    }

    [Test]
    public async Task Mail_goes_on_by_another_mongos_when_one_is_gone()
    {
        await Server!.DownAsync(0, 1500, from: 1);
        Keep(Mail("by the other"));
        Assert.That((await CountsAsync(MailScope.Everything)).Total, Is.EqualTo(1));
    }
}
