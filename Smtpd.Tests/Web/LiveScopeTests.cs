using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Tests.Storage;
using Smtpd.Web;
using Smtpd.Web.Live;

namespace Smtpd.Tests.Web;

/// <summary>Who hears of what: nobody of mail that is not his.</summary>
public sealed class LiveScopeTests
{
    private static readonly MailScope s_alice = MailScope.Of(["alice@local.test"], []);
    private static readonly MailScope s_bob = MailScope.Of(["bob@local.test"], []);
    private static readonly MailScope s_local = MailScope.Of([], ["local.test"]);
    private static readonly MailScope s_elsewhere = MailScope.Of([], ["elsewhere.test"]);

    [Test]
    public async Task New_mail_is_told_to_those_whose_it_is_with_their_own_addresses()
    {
        await using var live = new Live();
        Listener all = live.Listen(MailScope.Everything), alice = live.Listen(s_alice), domain = live.Listen(s_local), elsewhere = live.Listen(s_elsewhere), nobody = live.Listen(MailScope.Nothing);
        foreach (Listener one in (Listener[])[all, alice, domain, elsewhere, nobody]) await one.NextAsync("stats");

        await live.ReceiveAsync("Subject: x\r\n\r\n", "alice@local.test", "bob@local.test", "carol@elsewhere.test");
        Assert.That(Bcc(await all.NextAsync("new")), Is.EqualTo((string[])["alice@local.test", "bob@local.test", "carol@elsewhere.test"]));
        Assert.That(Bcc(await alice.NextAsync("new")), Is.EqualTo((string[])["alice@local.test"]));
        Assert.That(Bcc(await domain.NextAsync("new")), Is.EqualTo((string[])["alice@local.test", "bob@local.test"]));
        Assert.That(Bcc(await elsewhere.NextAsync("new")), Is.EqualTo((string[])["carol@elsewhere.test"]));

        await live.ReceiveAsync("Subject: y\r\n\r\n", "bob@local.test");
        await domain.NextAsync("new");
        // What was told in between to one for whom it was not would come before this.
        await live.ReceiveAsync("Subject: z\r\n\r\n", "alice@local.test", "carol@elsewhere.test");
        Assert.That((await alice.NextAsync("new")).GetProperty("Subject").GetString(), Is.EqualTo("z"));
        Assert.That((await elsewhere.NextAsync("new")).GetProperty("Subject").GetString(), Is.EqualTo("z"));
        Assert.That(nobody.Heard("new"), Is.False);
    }

    [Test]
    public async Task Counts_are_those_of_the_scope()
    {
        await using var live = new Live();
        await live.ReceiveAsync("Subject: x\r\n\r\n", "alice@local.test", "bob@local.test");
        await live.ReceiveAsync("Subject: x\r\n\r\n", "bob@local.test");
        await live.ReceiveAsync("Subject: x\r\n\r\n", "carol@elsewhere.test");
        foreach ((MailScope scope, int total) in ((MailScope, int)[])[(MailScope.Everything, 3), (s_alice, 1), (s_bob, 2), (s_local, 2), (s_elsewhere, 1), (MailScope.Nothing, 0)])
            Assert.That((await live.Listen(scope).NextAsync("stats")).GetProperty("Total").GetInt32(), Is.EqualTo(total));
    }

    [Test]
    public async Task A_change_is_told_as_it_is_seen_in_each_scope()
    {
        await using var live = new Live();
        MessageId both = await live.ReceiveAsync("Subject: x\r\n\r\n", "alice@local.test", "bob@local.test");
        Listener alice = live.Listen(s_alice), bob = live.Listen(s_bob), domain = live.Listen(s_local), elsewhere = live.Listen(s_elsewhere);
        foreach (Listener one in (Listener[])[alice, bob, domain, elsewhere]) await one.NextAsync("stats");
        await live.Changes.MarkAsync(s_alice, [both], new Marks(Read: true), default);
        Assert.That((await alice.NextAsync("update")).GetRawText(), Is.EqualTo($$"""{"ID":"{{both}}","Read":true}"""));
        // Bob's own entry is unread still, so in the whole domain the message is.
        Assert.That((await domain.NextAsync("update")).GetRawText(), Is.EqualTo($$"""{"ID":"{{both}}","Read":false}"""));
        await live.Changes.MarkAsync(s_bob, [both], new Marks(Read: true), default);
        Assert.That((await domain.NextAsync("update")).GetProperty("Read").GetBoolean(), Is.True);
        Assert.That((await bob.NextAsync("update")).GetProperty("Read").GetBoolean(), Is.True);
        Assert.That(elsewhere.Heard("update"), Is.False);
    }

    [Test]
    public async Task Not_even_an_id_is_told_of_mail_that_is_not_theirs()
    {
        await using var live = new Live();
        MessageId bobs = await live.ReceiveAsync("Subject: x\r\n\r\n", "bob@local.test");
        MessageId alices = await live.ReceiveAsync("Subject: x\r\n\r\n", "alice@local.test");
        Listener alice = live.Listen(s_alice);
        await alice.NextAsync("stats");
        // Marked by somebody who sees all, which meets every scope.
        await live.Changes.MarkAsync(MailScope.Everything, [bobs], new Marks(Read: true), default);
        await live.Changes.MarkAsync(MailScope.Everything, [alices], new Marks(Starred: true), default);
        Assert.That((await alice.NextAsync("update")).GetRawText(), Is.EqualTo($$"""{"ID":"{{alices}}","Starred":true}"""));
        // Of what is gone nobody can say whose it was; the list is read again.
        await live.Changes.DeleteAsync(MailScope.Everything, [bobs], default);
        Assert.That((await alice.NextAsync("prune")).ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task A_deleted_entry_is_told_and_the_message_stays_where_others_have_it()
    {
        await using var live = new Live();
        MessageId both = await live.ReceiveAsync("Subject: x\r\n\r\n", "alice@local.test", "bob@local.test");
        Listener alice = live.Listen(s_alice), bob = live.Listen(s_bob), domain = live.Listen(s_local);
        foreach (Listener one in (Listener[])[alice, bob, domain]) await one.NextAsync("stats");
        await live.Changes.DeleteAsync(s_alice, [both], default);
        Assert.That((await alice.NextAsync("delete")).GetProperty("ID").GetString(), Is.EqualTo(both.ToString()));
        Assert.That((await domain.NextAsync("update")).GetProperty("ID").GetString(), Is.EqualTo(both.ToString()));
        Assert.That(bob.Heard("delete"), Is.False);
        await live.Changes.DeleteAsync(s_bob, [both], default);
        await bob.NextAsync("delete");
        await domain.NextAsync("delete");
    }

    [Test]
    public async Task Words_are_made_once_for_all_who_hear_the_same()
    {
        await using var live = new Live();
        Listener[] peers = [.. Enumerable.Range(0, 20).Select(_ => live.Listen(MailScope.Of(["alice@local.test"], []))), live.Listen(s_local)];
        foreach (Listener one in peers) await one.NextAsync("stats");
        await live.ReceiveAsync("Subject: x\r\n\r\n", "alice@local.test");
        foreach (Listener one in peers) await one.NextAsync("new");
        Assert.That(live.Worded, Is.EqualTo(2));
    }

    [Test]
    public async Task Who_does_not_read_is_let_go_and_holds_up_nobody()
    {
        await using var live = new Live();
        Listener good = live.Listen(MailScope.Everything), bad = live.Listen(MailScope.Everything, reads: false);
        await good.NextAsync("stats");
        for (int second = 0; !bad.Ended.IsCompleted; second++)
        {
            for (int i = 0; i < 90; i++) live.Feed.Publish(new MailEvent(MailEventKind.Deleted, new MessageId(1, 2, (uint)i)));
            await good.NextAsync("stats");
        }
        Assert.That(async () => await bad.Ended, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(bad.IsBehind, Is.True);
        Assert.That(good.IsBehind, Is.False);
        Assert.That(live.Metrics.DroppedLivePeers.Value, Is.EqualTo(1));
    }

    private static string[] Bcc(JsonElement summary) => [.. summary.GetProperty("Bcc").EnumerateArray().Select(one => one.GetProperty("Address").GetString()!)];

    private sealed class Live : IAsyncDisposable
    {
        private readonly MemoryStore _store = new(1_000_000);
        private readonly Intake _intake;
        private readonly BodyStaging _staging;
        private readonly LiveHub _hub;
        private readonly CountingDialect _dialect = new();
        private readonly ListLog _log = new();

        public Live()
        {
            _staging = new BodyStaging(_store.StagingFolder, _store.Space);
            _intake = new Intake(_store, Feed, keep: true, TimeProvider.System, _log);
            _hub = new LiveHub(Feed, _store, new EnvelopeView(false), 100, Metrics, _log);
            Changes = new MailChanges(_store, Feed);
        }

        public MailFeed Feed { get; } = new();

        public MailChanges Changes { get; }

        public Metrics Metrics { get; } = new(TimeProvider.System);

        public int Worded => _dialect.Worded;

        public Listener Listen(MailScope scope, bool reads = true)
        {
            var peer = new Listener(_dialect, scope, reads);
            peer.Ended = _hub.TellAsync(peer, peer.TalkAsync, null, null, default);
            return peer;
        }

        public async Task<MessageId> ReceiveAsync(string source, params string[] recipients)
        {
            ReceivedMail mail = Mails.New(_staging, source, recipients);
            Assert.That(await _intake.AcceptAsync(mail), Is.EqualTo(AcceptOutcome.Stored));
            MessageId id = mail.Id;
            mail.Body.Dispose();
            return id;
        }

        public async ValueTask DisposeAsync()
        {
            await _hub.DisposeAsync();
            await _intake.DisposeAsync();
            _staging.Dispose();
            Assert.That(_log.Lines, Is.Empty);
        }
    }

    private sealed class CountingDialect : ILiveDialect
    {
        private readonly EventsDialect _inner = new(keepsMail: true);

        public int Worded { get; private set; }

        public byte[]? Render(MailEvent news, string place)
        {
            if (news.Kind == MailEventKind.New) Worded++;
            return _inner.Render(news, place);
        }

        public byte[] RenderCounts(long total, long unread, string place) => _inner.RenderCounts(total, unread, place);
    }

    private sealed class Listener(ILiveDialect dialect, MailScope scope, bool reads) : LivePeer(dialect, scope)
    {
        private readonly Channel<JsonElement> _heard = Channel.CreateUnbounded<JsonElement>();
        private readonly List<string> _types = [];

        public Task Ended { get; set; } = Task.CompletedTask;

        protected override async ValueTask SendAsync(byte[] text, CancellationToken cancellation)
        {
            if (!reads) await Task.Delay(Timeout.Infinite, cancellation);
            JsonElement message = JsonDocument.Parse(Encoding.UTF8.GetString(text)).RootElement;
            lock (_types) _types.Add(message.GetProperty("Type").GetString()!);
            await _heard.Writer.WriteAsync(message, cancellation);
        }

        public Task TalkAsync(CancellationToken stop) => SendAllAsync(stop);

        public bool Heard(string type)
        {
            lock (_types) return _types.Contains(type);
        }

        public async Task<JsonElement> NextAsync(string type)
        {
            using var patience = new CancellationTokenSource(RawHttp.Patience);
            while (true)
            {
                JsonElement message = await _heard.Reader.ReadAsync(patience.Token);
                if (message.GetProperty("Type").GetString() == type) return message.GetProperty("Data");
            }
        }
    }
}
