using System.Diagnostics;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage;

/// <summary>
/// What lists cost in a store of a million messages, or of <see cref="ManyMails.Size"/>. The figures are medians of warm queries; the
/// bounds hold for up to a million.
/// </summary>
[NonParallelizable, Category("Torture")]
internal sealed class ManyMailsTests
{
    private const int Runs = 5;

    private TemporaryFolder _folder = null!;
    private SqliteStore _store = null!;
    private BodyStaging _staging = null!;

    [OneTimeSetUp]
    public void Fill()
    {
        _folder = new TemporaryFolder();
        _store = new SqliteStore(Path.Combine(_folder.Root, "mail.db"), 0, new ListLog());
        _staging = new BodyStaging(_folder.Root, _store.Space);
        var time = Stopwatch.StartNew();
        new ManyMails().Fill(_store, _staging, ManyMails.Size);
        TestContext.Progress.WriteLine($"{ManyMails.Size} messages in {time.Elapsed.TotalSeconds:F0} s");
    }

    [OneTimeTearDown]
    public async Task Remove()
    {
        await _store.DisposeAsync();
        _staging.Dispose();
        _folder.Dispose();
    }

    private static MailScope Box(params string[] mailboxes) => MailScope.Of(mailboxes, []);

    private static MailScope Domain(string domain) => MailScope.Of([], [domain]);

    private static MailScope Users(int from, int count) => Box([.. Enumerable.Range(from, count).Select(n => $"user{n}@{ManyMails.Wide}")]);

    private static async Task MeasureAsync(string what, double mostMilliseconds, Func<Task> query)
    {
        var times = new List<double>();
        for (int i = 0; i < Runs; i++)
        {
            var time = Stopwatch.StartNew();
            await query();
            times.Add(time.Elapsed.TotalMilliseconds);
        }
        double median = times.Order().ElementAt(Runs / 2);
        await TestContext.Out.WriteLineAsync($"{what,-60} {median,8:F1} ms, first {times[0]:F1} ms, may take {mostMilliseconds:F0}");
        Assert.That(median, Is.LessThanOrEqualTo(mostMilliseconds), what);
    }

    private Func<Task> List(MailScope scope, long start, int messages = 50) => async () =>
        Assert.That((await _store.ListAsync(scope, start, null, 50, default)).Messages, Has.Count.EqualTo(messages));

    [Test, Order(1)]
    public async Task Pages_come_fast_from_any_place()
    {
        const long Half = 500_000;
        long middle = Math.Min(Half, ManyMails.Size / 2), deep = ManyMails.Size * 8L / 10;
        await MeasureAsync("everything, first page", 20, List(MailScope.Everything, 0));
        await MeasureAsync("everything, from the middle", 50, List(MailScope.Everything, middle));
        await MeasureAsync("everything, near the end", 50, List(MailScope.Everything, deep));
        await MeasureAsync("a mailbox with nine tenths, first page", 20, List(Box(ManyMails.Busy), 0));
        await MeasureAsync("a mailbox with nine tenths, from the middle", 50, List(Box(ManyMails.Busy), middle));
        await MeasureAsync("a mailbox of old mail", 20, List(Box(ManyMails.Old), 0));
        await MeasureAsync("64 mailboxes of few messages", 50, List(Users(0, 64), 0));
        await MeasureAsync("a busy mailbox and 63 others", 50, List(Box([ManyMails.Busy, .. Users(0, 63).Mailboxes]), 0));
        await MeasureAsync("a busy mailbox and 2 others, from the middle", 150, List(Box([ManyMails.Busy, .. Users(0, 2).Mailboxes]), middle));
        await MeasureAsync("1,000 mailboxes", 150, List(Users(1000, 1000), 0));
        await MeasureAsync("a domain with half of all, in 100,000 mailboxes", 50, List(Domain(ManyMails.Wide), 0));
        await MeasureAsync("a domain with one of a thousand", 20, List(Domain(ManyMails.Rare), 0));
        await MeasureAsync("a domain of old mail", 50, List(Domain("once.test"), 0));
        await MeasureAsync("two domains of 101,000 messages or more", 50, List(MailScope.Of([], [ManyMails.Wide, ManyMails.Rare]), 0));
        await MeasureAsync("one message in a scope", 20, async () =>
            Assert.That(await _store.FindAsync(Domain(ManyMails.Rare), (await _store.LatestAsync(Domain(ManyMails.Rare), default)).GetValueOrDefault(), default), Is.Not.Null));
    }

    [Test, Order(2)]
    public async Task Mailboxes_and_domains_are_listed_fast()
    {
        Func<Task> Names(MailScope scope, bool domains, string filter, string? after, int names) => async () =>
            Assert.That(await _store.ListMailboxesAsync(scope, domains, filter, after, 100, default), Has.Count.EqualTo(names));
        await MeasureAsync("the first 100 mailboxes", 20, Names(MailScope.Everything, false, "", null, 100));
        await MeasureAsync("100 from the middle", 20, Names(MailScope.Everything, false, "", "user5", 100));
        await MeasureAsync("mailboxes, a filter that one passes", 150, Names(MailScope.Everything, false, "box7@", null, 1));
        await MeasureAsync("mailboxes of a domain with 100,000", 20, Names(Domain(ManyMails.Wide), false, "", "user5", 100));
        await MeasureAsync("mailboxes of a small domain", 20, Names(Domain(ManyMails.Rare), false, "", null, ManyMails.RareMailboxes));
        await MeasureAsync("all domains", 50, Names(MailScope.Everything, true, "", null, 4));
    }

    [Test, Order(4)]
    public async Task Much_is_changed_in_slices_between_which_mail_comes_in()
    {
        using var stop = new CancellationTokenSource();
        var waits = new List<double>();
        var ids = new MessageIdSource((await _store.LatestAsync(MailScope.Everything, default)).GetValueOrDefault(), TimeProvider.System);
        var mail = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using ReceivedMail one = Mails.New(_staging, "Subject: meanwhile\r\n\r\n", "meanwhile@local.test");
                one.GiveId(ids.Next());
                var time = Stopwatch.StartNew();
                _store.Commit([one]);
                waits.Add(time.Elapsed.TotalMilliseconds);
            }
        });
        await ChangeAsync("a domain of 100,000 mailboxes marked read", () => _store.MarkAsync(Domain(ManyMails.Wide), null, new Marks(Read: true), default));
        await ChangeAsync("old mail deleted from its mailbox", () => _store.DeleteAsync(Box(ManyMails.Old), null, default));
        await ChangeAsync("a small domain deleted", () => _store.DeleteAsync(Domain(ManyMails.Rare), null, default));
        await ChangeAsync("everything marked read", () => _store.MarkAsync(MailScope.Everything, null, new Marks(Read: true), default));
        await stop.CancelAsync();
        await mail;
        double median = waits.Order().ElementAt(waits.Count / 2), late = waits.Order().ElementAt(waits.Count * 99 / 100);
        await TestContext.Out.WriteLineAsync($"{waits.Count} mails came in meanwhile: median {median:F1} ms, 99th percentile {late:F1} ms, the longest {waits.Max():F1} ms");
        Assert.That(median, Is.LessThan(50));
        Assert.That((await _store.ListAsync(Domain(ManyMails.Wide), 0, null, 1, default)).Unread, Is.Zero);

        static async Task ChangeAsync(string what, Func<ValueTask<long>> change)
        {
            var time = Stopwatch.StartNew();
            long messages = await change();
            await TestContext.Out.WriteLineAsync($"{what}: {messages} messages, {time.Elapsed.TotalMicroseconds / Math.Max(1, messages):F0} us each");
        }
    }

    [Test, Order(3)]
    public async Task Tags_are_listed_fast()
    {
        IReadOnlyList<MessageSummary> newest = (await _store.ListAsync(MailScope.Everything, 0, null, 1000, default)).Messages;
        for (int i = 0; i < 10; i++)
            await _store.SetTagsAsync(MailScope.Everything, [.. newest.Skip(i * 100).Take(100).Select(one => one.Id)], [.. Enumerable.Range(i * 10, 10).Select(n => $"tag {n}")], default);
        await MeasureAsync("100 tags on 1,000 messages", 20, async () => Assert.That(await _store.ListTagsAsync(MailScope.Everything, default), Has.Count.EqualTo(100)));
        await MeasureAsync("tags of one mailbox", 20, async () => Assert.That(await _store.ListTagsAsync(Box(ManyMails.Busy), default), Has.Count.EqualTo(100)));
        await MeasureAsync("tags of a domain without any", 20, async () => Assert.That(await _store.ListTagsAsync(Domain("once.test"), default), Is.Empty));
        await MeasureAsync("first page with its tags", 20, List(MailScope.Everything, 0));
    }
}
