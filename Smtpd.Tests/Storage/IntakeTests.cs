using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Network;
using Smtpd.Storage;
using Smtpd.Storage.Search;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage;

internal sealed class IntakeTests
{
    private TemporaryFolder _folder = null!;
    private SlowStore _store = null!;
    private MailFeed _feed = null!;
    private BodyStaging _staging = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _store = new SlowStore(_folder.Root);
        _feed = new MailFeed();
        _staging = new BodyStaging(_folder.Root, _store.Space);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private Intake Create(bool keep = true) => new(_store, _feed, keep, TimeProvider.System, new ListLog());

    [Test]
    public async Task Messages_that_arrive_while_a_batch_is_written_form_the_next()
    {
        await using Intake intake = Create();
        _store.Hold();
        Task<AcceptOutcome> first = intake.AcceptAsync(Mails.New(_staging, "first")).AsTask();
        await _store.Entered;
        Task<AcceptOutcome>[] others = [.. Enumerable.Range(0, 50).Select(i => intake.AcceptAsync(Mails.New(_staging, $"m{i}")).AsTask())];
        Assert.That(first.IsCompleted, Is.False, "nothing is acknowledged before its commit");
        _store.Release();
        Assert.That(await Task.WhenAll([first, .. others]), Is.All.EqualTo(AcceptOutcome.Stored));
        Assert.That(_store.Batches.Select(batch => batch.Count), Is.EqualTo(new[] { 1, 50 }));
    }

    [Test]
    public async Task Messages_that_can_wait_gather_until_they_are_enough()
    {
        await using Intake intake = Gathering();
        await intake.AcceptAsync(Mails.Unhurried(_staging, "alone"));
        Assert.That(await Task.WhenAll(Enumerable.Range(0, 4).Select(i => intake.AcceptAsync(Mails.Unhurried(_staging, $"m{i}")).AsTask())), Is.All.EqualTo(AcceptOutcome.Stored));
        Assert.That(_store.Batches.Select(batch => batch.Count), Is.EqualTo(new[] { 1, 4 }));
    }

    [Test]
    public async Task A_message_in_a_hurry_ends_the_wait_of_the_others()
    {
        await using Intake intake = Gathering();
        await intake.AcceptAsync(Mails.Unhurried(_staging, "alone"));
        Task<AcceptOutcome> waiting = intake.AcceptAsync(Mails.Unhurried(_staging, "waits")).AsTask();
        await intake.AcceptAsync(Mails.New(_staging, "hurries"));
        await waiting;
        await intake.AcceptAsync(Mails.New(_staging, "is never kept waiting"));
        Assert.That(_store.Batches.Select(batch => batch.Count), Is.EqualTo(new[] { 1, 2, 1 }));
    }

    /// <summary>Waits far longer than any test, so that only the rules end a wait.</summary>
    private Intake Gathering() => new(_store, _feed, true, TimeProvider.System, new ListLog()) { Gathering = TimeSpan.FromHours(1) };

    [Test]
    public async Task Ids_grow_in_the_order_of_the_commits()
    {
        await using Intake intake = Create();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => intake.AcceptAsync(Mails.New(_staging, $"m{i}")).AsTask()));
        MessageId[] ids = [.. _store.Batches.SelectMany(batch => batch)];
        Assert.That(ids, Is.Ordered);
        Assert.That(ids, Is.Unique);
    }

    [TestCase(true, AcceptOutcome.Full)]
    [TestCase(false, AcceptOutcome.Failed)]
    public async Task A_batch_that_fails_is_acknowledged_to_nobody(bool full, AcceptOutcome expected)
    {
        await using Intake intake = Create();
        _store.Failure = new StoreException("the disk has gone", full);
        Assert.That(await intake.AcceptAsync(Mails.New(_staging, "lost")), Is.EqualTo(expected));
        _store.Failure = null;
        Assert.That(await intake.AcceptAsync(Mails.New(_staging, "kept")), Is.EqualTo(AcceptOutcome.Stored));
    }

    [Test]
    public async Task No_session_runs_on_the_writer_thread_and_no_store_call_on_a_socket_thread()
    {
        await using Intake intake = Create();
        string? resumedOn = null;
        await Task.Run(async () =>
        {
            _store.Hold();
            ValueTask<AcceptOutcome> accepting = intake.AcceptAsync(Mails.New(_staging, "one"));
            _store.Release();
            await accepting.ConfigureAwait(false);
            resumedOn = Thread.CurrentThread.Name;
        });
        Assert.That(resumedOn, Is.Not.EqualTo("Smtpd writer"));
        Assert.That(_store.Threads, Is.All.EqualTo("Smtpd writer"));
        Assert.That(_store.Threads, Has.None.EqualTo(InlineCompletions.SocketThreadName));
    }

    [Test]
    public async Task Without_keeping_messages_they_are_announced_and_let_go()
    {
        await using Intake intake = Create(keep: false);
        using MailFeed.Subscription listener = _feed.Subscribe();
        Task<MailEvent> news = FirstAsync(listener);
        Assert.That(await intake.AcceptAsync(Mails.New(_staging, "Subject: gone\r\n\r\n")), Is.EqualTo(AcceptOutcome.Discarded));
        Assert.That((await news).Message!.Header.Subject, Is.EqualTo("gone"));
        Assert.That(_store.Batches, Is.Empty);
    }

    [Test]
    public async Task News_come_after_the_commit_and_in_its_order()
    {
        await using Intake intake = Create();
        using MailFeed.Subscription listener = _feed.Subscribe();
        Task<MailEvent> news = FirstAsync(listener);
        _store.Hold();
        Task<AcceptOutcome> accepting = intake.AcceptAsync(Mails.New(_staging, "Subject: news\r\n\r\n")).AsTask();
        await _store.Entered;
        Assert.That(news.IsCompleted, Is.False);
        _store.Release();
        await accepting;
        Assert.That((await news).Kind, Is.EqualTo(MailEventKind.New));
    }

    [Test]
    public async Task A_large_message_does_not_hold_small_ones_up()
    {
        await using Intake intake = Create();
        _store.PiecesNeeded = 1_000_000;
        Task<AcceptOutcome> large = intake.AcceptAsync(Mails.New(_staging, new byte[300 * 1024])).AsTask();
        for (int i = 0; i < 20; i++) Assert.That(await intake.AcceptAsync(Mails.New(_staging, $"small {i}")), Is.EqualTo(AcceptOutcome.Stored));
        Assert.That(large.IsCompleted, Is.False);
        _store.PiecesNeeded = 0;
        Assert.That(await large, Is.EqualTo(AcceptOutcome.Stored));
        Assert.That(_store.Batches[^1], Has.Count.EqualTo(1), "its id is given when its turn comes, after the small ones'");
        Assert.That(_store.Batches.SelectMany(batch => batch), Is.Ordered);
    }

    [Test]
    public async Task Stopping_commits_what_waits_and_takes_no_more()
    {
        Intake intake = Create();
        _store.Hold();
        Task<AcceptOutcome> first = intake.AcceptAsync(Mails.New(_staging, "first")).AsTask();
        await _store.Entered;
        Task<AcceptOutcome> second = intake.AcceptAsync(Mails.New(_staging, "second")).AsTask();
        Task stopped = intake.DisposeAsync().AsTask();
        Assert.That(await intake.AcceptAsync(Mails.New(_staging, "late")), Is.EqualTo(AcceptOutcome.Failed));
        _store.Release();
        await stopped;
        Assert.That((await first, await second), Is.EqualTo((AcceptOutcome.Stored, AcceptOutcome.Stored)));
    }

    private static async Task<MailEvent> FirstAsync(MailFeed.Subscription listener)
    {
        await foreach (MailEvent news in listener.ReadAllAsync(default)) return news;
        throw new InvalidOperationException("The feed ended.");
    }

    /// <summary>A store whose commits can be held, counted and made to fail.</summary>
    private sealed class SlowStore(string folder) : IMailStore
    {
        private readonly ManualResetEventSlim _gate = new(true);
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<IReadOnlyList<MessageId>> Batches { get; } = [];
        public HashSet<string?> Threads { get; } = [];
        public StoreException? Failure { get; set; }
        public volatile int PiecesNeeded;
        public Task Entered => _entered.Task;

        public void Hold() => _gate.Reset();
        public void Release() => _gate.Set();

        public string Description => "slow";
        public string? Trouble => null;
        public long SizeInBytes => 0;
        public MessageId NewestId => default;
        public string StagingFolder => folder;
        public StoreSpace Space { get; } = new();

        public bool WriteAhead(ReceivedMail mail)
        {
            Threads.Add(Thread.CurrentThread.Name);
            return ++mail.WrittenAhead >= PiecesNeeded;
        }

        public void Commit(IReadOnlyList<ReceivedMail> batch)
        {
            Threads.Add(Thread.CurrentThread.Name);
            _entered.TrySetResult();
            _gate.Wait();
            if (Failure is not null) throw Failure;
            Batches.Add([.. batch.Select(mail => mail.Id)]);
        }

        public void Tend(bool idle) => Threads.Add(Thread.CurrentThread.Name);

        public ValueTask<MessagePage> ListAsync(MailScope scope, long start, MessageId? before, int limit, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask<MessageId?> LatestAsync(MailScope scope, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask<MessageSummary?> FindAsync(MailScope scope, MessageId id, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask<Smtpd.Mime.PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask<Stream?> OpenSourceAsync(MessageId id, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask<long> MarkAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Marks marks, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask<long> DeleteAsync(MailScope scope, IReadOnlyList<MessageId>? ids, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation) => throw new NotSupportedException();
        public IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask<IReadOnlyList<MailboxSummary>> ListMailboxesAsync(MailScope scope, bool domains, string filter, string? after, int limit, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask<IReadOnlyList<string>> ListTagsAsync(MailScope scope, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<IReadOnlyDictionary<string, long>> CountTagsAsync(MailScope scope, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask<long> SetTagsAsync(MailScope scope, IReadOnlyList<MessageId> ids, IReadOnlyList<string> tags, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask<long> RenameTagAsync(MailScope scope, string tag, string? newName, CancellationToken cancellation) => throw new NotSupportedException();
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
