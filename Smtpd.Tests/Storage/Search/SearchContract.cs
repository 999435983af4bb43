using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Storage.Search;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage.Search;

/// <summary>What every store finds.</summary>
internal abstract class SearchContract : StoreFixture
{
    private readonly List<MessageId> _kept = [];

    /// <summary>Lets the store do what it does behind the commit, where the tests want it done.</summary>
    protected virtual void Settle(MessageId newest)
    {
    }

    [SetUp]
    public void Forget() => _kept.Clear();

    protected void Keep(params IEnumerable<ReceivedMail> mails)
    {
        foreach (ReceivedMail mail in mails) _kept.Add(base.Keep([mail]));
        Settle(_kept[^1]);
    }

    protected MessageId Kept(int place) => _kept[place - 1];

    protected ReceivedMail Text(string source, params string[] recipients) => Mails.New(Staging, source, recipients);

    protected static SearchQuery Query(string text)
    {
        Assert.That(SearchQuery.TryParse(text, TimeZoneInfo.Utc, new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero), out SearchQuery? query, out string? problem), Is.True, problem);
        return query!;
    }

    /// <summary>The places, counted from 1 in the order of arrival, of the messages that are found.</summary>
    protected async Task<int[]> Find(string text, MailScope? scope = null)
    {
        MailScope whose = scope ?? MailScope.Everything;
        MessagePage page = await Store.SearchAsync(whose, Query(text), 0, null, 1000, default);
        Assert.That(page.Total, Is.EqualTo(page.Messages.Count));
        Assert.That(page.Unread, Is.EqualTo(page.Messages.Count(one => !one.Read)));
        Assert.That(page.IsIncomplete, Is.False);
        var matched = new List<MessageId>();
        await foreach (IReadOnlyList<MessageId> slice in Store.MatchAsync(whose, Query(text), default)) matched.AddRange(slice);
        Assert.That(matched, Is.EqualTo(page.Messages.Select(one => one.Id)));
        return [.. page.Messages.Select(one => _kept.IndexOf(one.Id) + 1)];
    }

    [TestCase("", 8, 7, 6, 5, 4, 3, 2, 1)]
    [TestCase("invoice", 1)]
    [TestCase("INVOICE", 1)]
    [TestCase("invo", 1)]
    [TestCase("\"invo\"")]
    [TestCase("nvoice")]
    [TestCase("you", 4, 1)]
    [TestCase("for you", 4, 1)]
    [TestCase("\"for you\"", 4, 1)]
    [TestCase("\"you for\"")]
    [TestCase("you -invoice", 4)]
    [TestCase("you !invoice", 4)]
    [TestCase("-you", 8, 7, 6, 5, 3, 2)]
    [TestCase("-you -large", 8, 7, 5, 3, 2)]
    [TestCase("-\"for you\" euro")]
    [TestCase("2026-0815", 1)]
    [TestCase("pay euro", 1)]
    [TestCase("regards you", 1)]
    [TestCase("\"euro kind regards\"", 1)]
    [TestCase("from:alice", 6, 1)]
    [TestCase("from:alice@example.com", 6, 1)]
    [TestCase("from:example.com", 6, 1)]
    [TestCase("from:\"alice example\"", 6, 1)]
    [TestCase("to:bob", 6, 1)]
    [TestCase("to:carol")]
    [TestCase("cc:carol", 1)]
    [TestCase("cc:\"carol q public\"", 1)]
    [TestCase("addressed:carol", 8, 1)]
    [TestCase("reply-to:billing", 1)]
    [TestCase("-from:alice to:bob")]
    [TestCase("bcc:visible", 3)]
    [TestCase("bcc:secret", 2)]
    [TestCase("bcc:dave", 3)]
    [TestCase("bcc:bob", 7)]
    [TestCase("addressed:erin", 3)]
    [TestCase("secret", 2)]
    [TestCase("-bcc:local", 8, 6, 5, 4, 1)]
    [TestCase("message-id:one.1@mail.example.com", 1)]
    [TestCase("message-id:<ONE.1@mail", 1)]
    [TestCase("mail.example.com")]
    [TestCase("header:X-Mailer=swaks", 1)]
    [TestCase("header:x-mailer", 8, 1)]
    [TestCase("header:x-mailer -header:X-Mailer=none", 1)]
    [TestCase("-header:X-Mailer from:alice", 6)]
    [TestCase("header:Subject=\"for you\"", 4, 1)]
    [TestCase("JURGEN", 2)]
    [TestCase("gr\u00FC\u00DFe koln", 2)]
    [TestCase("strasse cafe lodz", 2)]
    [TestCase("from:b\u00FCcher", 2)]
    [TestCase("from:xn--bcher-kva", 2)]
    [TestCase("richtext")]
    [TestCase("\"rich text body\"", 3)]
    [TestCase("\"only here\" click", 3)]
    [TestCase("\"here rich\"")]
    [TestCase("hiddentitle")]
    [TestCase("tracker")]
    [TestCase("filename:report.pdf", 4)]
    [TestCase("filename:\"quarterly report\"", 4)]
    [TestCase("filename:logo", 4)]
    [TestCase("filename:data.txt", 8)]
    [TestCase("quarterly", 4)]
    [TestCase("notsearched")]
    [TestCase("has:attachment", 4)]
    [TestCase("has:inline", 4)]
    [TestCase("-has:attachment bob", 7, 6, 1)]
    [TestCase("\u6771\u4EAC", 5)]
    [TestCase("\u4EAC\u90FD", 5)]
    [TestCase("\u90FD", 5)]
    [TestCase("\u5929\u6C17", 5)]
    [TestCase("\u5927\u962A")]
    [TestCase("\uD559\uAD50", 5)]
    [TestCase("\u0E44\u0E17\u0E22", 5)]
    [TestCase("\U0001F389", 5)]
    [TestCase("\u6771\u4EAC \u6674\u308C", 5)]
    [TestCase("larger:50k", 6)]
    [TestCase("larger:50k from:alice", 6)]
    [TestCase("smaller:50k from:alice", 1)]
    [TestCase("-larger:50k from:alice", 1)]
    [TestCase("smaller:1", 7)]
    [TestCase("larger:0", 8, 6, 5, 4, 3, 2, 1)]
    [TestCase("after:2026-11-20T06:00:00Z", 8, 7, 6)]
    [TestCase("before:2026-11-20T03:00:00Z", 2, 1)]
    [TestCase("after:2026-11-20T02:00:00Z before:2026-11-20T04:00Z", 3, 2)]
    [TestCase("after:2026-11-21")]
    [TestCase("before:2026-11-20")]
    [TestCase("after:2026-11-20 you", 4, 1)]
    [TestCase("mailbox:bob@local.test", 7, 6, 1)]
    [TestCase("mailbox:BOB@LOCAL.test you", 1)]
    [TestCase("-mailbox:bob@local.test alice", 8, 5, 2)]
    [TestCase("mailbox:nobody@local.test")]
    [TestCase("domain:other.test", 3, 1)]
    [TestCase("domain:local.test -domain:other.test", 8, 7, 6, 5, 4, 2)]
    [TestCase("domain:nowhere.test")]
    [TestCase("foo@bar.com", 8)]
    [TestCase("don't", 8)]
    [TestCase("\"and\" not", 8)]
    [TestCase("NEAR(a b)", 8)]
    [TestCase("OR", 8)]
    [TestCase("drop' table;", 8)]
    [TestCase("subject:*quotes*", 8)]
    [TestCase("body:large", 6)]
    [TestCase("is:unread", 8, 7, 6, 5, 4, 3, 2, 1)]
    [TestCase("is:read")]
    [TestCase("-is:read invoice", 1)]
    [TestCase("is:starred")]
    public async Task Queries_find(string text, params int[] found)
    {
        Keep(SearchMails.All(Staging));
        Assert.That(await Find(text), Is.EqualTo(found));
    }

    [Test]
    public async Task Message_is_found_when_it_was_committed()
    {
        for (int i = 0; i < 20; i++)
        {
            Keep(Text($"Subject: number{i}\r\n\r\nunique{i}\r\n"));
            Assert.That(await Find($"unique{i}"), Is.EqualTo(new[] { i + 1 }));
            Assert.That(await Find("subject:number"), Has.Length.EqualTo(i + 1));
        }
    }

    [Test]
    public async Task Marks_are_asked_as_they_are_now()
    {
        Keep(SearchMails.All(Staging));
        await Store.MarkAsync(MailScope.Everything, [_kept[0], _kept[3]], new Marks(Read: true), default);
        await Store.MarkAsync(MailScope.Everything, [_kept[3]], new Marks(Starred: true), default);
        Assert.That(await Find("is:read"), Is.EqualTo(new[] { 4, 1 }));
        Assert.That(await Find("is:unread you"), Is.Empty);
        Assert.That(await Find("is:starred"), Is.EqualTo(new[] { 4 }));
        Assert.That(await Find("is:starred -you"), Is.Empty);
        Assert.That(await Find("-is:starred you"), Is.EqualTo(new[] { 1 }));
        MessagePage page = await Store.SearchAsync(MailScope.Everything, Query("from:alice"), 0, null, 10, default);
        Assert.That((page.Total, page.Unread), Is.EqualTo((2, 1)));
    }

    [Test]
    public async Task Tags_are_compared_without_case_and_accents()
    {
        Keep(SearchMails.All(Staging));
        await Store.SetTagsAsync(MailScope.Everything, [Kept(1), Kept(2)], ["\u00DCber Mut", "other"], default);
        await Store.SetTagsAsync(MailScope.Everything, [Kept(4)], ["uber mut"], default);
        await Store.SetTagsAsync(MailScope.Everything, [Kept(5)], ["it's 'quoted'"], default);
        Assert.That(await Find("tag:\"uber MUT\""), Is.EqualTo(new[] { 4, 2, 1 }));
        Assert.That(await Find("tag:\"\u00FCber mut\" you"), Is.EqualTo(new[] { 4, 1 }));
        Assert.That(await Find("tag:other -tag:nothing"), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(await Find("-tag:other you"), Is.EqualTo(new[] { 4 }));
        Assert.That(await Find("tag:\"it's 'quoted'\""), Is.EqualTo(new[] { 5 }));
        Assert.That(await Find("tag:nothing"), Is.Empty);
        Assert.That(await Find("tag:oth"), Is.Empty);
        Assert.That(await Find("is:tagged"), Is.EqualTo(new[] { 5, 4, 2, 1 }));
        Assert.That(await Find("-is:tagged from:alice"), Is.EqualTo(new[] { 6 }));
    }

    [Test]
    public async Task Users_find_what_lies_in_their_mailboxes_as_they_see_it()
    {
        Keep(SearchMails.All(Staging));
        MailScope dave = Box("dave@local.test"), bob = Box("bob@local.test"), local = Domain("local.test");
        Assert.That(await Find("you", dave), Is.EqualTo(new[] { 4 }));
        Assert.That(await Find("-you", dave), Is.EqualTo(new[] { 3 }));
        Assert.That(await Find("", dave), Is.EqualTo(new[] { 4, 3 }));
        Assert.That(await Find("you", local), Is.EqualTo(new[] { 4, 1 }));
        Assert.That(await Find("mailbox:bob@local.test", dave), Is.Empty);
        Assert.That(await Find("-mailbox:bob@local.test", dave), Is.EqualTo(new[] { 4, 3 }));
        Assert.That(await Find("domain:other.test", bob), Is.Empty);
        Assert.That(await Find("you", MailScope.Nothing), Is.Empty);
        Assert.That(await Find("you", Box("nobody@local.test")), Is.Empty);
        await Store.MarkAsync(bob, [Kept(1)], new Marks(Read: true, Starred: true), default);
        await Store.SetTagsAsync(bob, [Kept(1)], ["mine"], default);
        Assert.That(await Find("is:read is:starred tag:mine", bob), Is.EqualTo(new[] { 1 }));
        Assert.That(await Find("is:unread", bob), Is.EqualTo(new[] { 7, 6 }));
        Assert.That(await Find("is:read", Box("carol@other.test")), Is.Empty);
        Assert.That(await Find("is:starred", Box("carol@other.test")), Is.Empty);
        Assert.That(await Find("tag:mine", Box("carol@other.test")), Is.Empty);
        Assert.That(await Find("-tag:mine invoice", Box("carol@other.test")), Is.EqualTo(new[] { 1 }));
        Assert.That(await Find("is:unread invoice", Box("bob@local.test", "carol@other.test")), Is.EqualTo(new[] { 1 }));
        Assert.That(await Find("is:starred invoice", Box("bob@local.test", "carol@other.test")), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public async Task Users_find_nobody_elses_hidden_address()
    {
        Keep(SearchMails.All(Staging));
        MailScope dave = Box("dave@local.test"), erin = Box("erin@other.test"), both = Domain("local.test", "other.test");
        Assert.That(await Find("bcc:dave", dave), Is.EqualTo(new[] { 3 }));
        Assert.That(await Find("bcc:erin", dave), Is.Empty);
        Assert.That(await Find("erin", dave), Is.Empty);
        Assert.That(await Find("addressed:erin newsletter", dave), Is.Empty);
        Assert.That(await Find("-erin newsletter", dave), Is.EqualTo(new[] { 3 }));
        Assert.That(await Find("-erin newsletter", erin), Is.Empty);
        Assert.That(await Find("-bcc:dave newsletter", dave), Is.Empty);
        Assert.That(await Find("-secret strasse", Domain("local.test")), Is.Empty);
        Assert.That(await Find("-secret strasse", Box("alice@local.test")), Is.EqualTo(new[] { 2 }));
        Assert.That(await Find("-bcc:visible newsletter", dave), Is.Empty);
        Assert.That(await Find("bcc:erin", both), Is.EqualTo(new[] { 3 }));
        Assert.That(await Find("bcc:erin"), Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public async Task Deleted_entries_are_found_by_the_others()
    {
        Keep(SearchMails.All(Staging));
        await Store.DeleteAsync(Box("bob@local.test"), [Kept(1)], default);
        Assert.That(await Find("invoice", Box("bob@local.test")), Is.Empty);
        Assert.That(await Find("mailbox:bob@local.test"), Is.EqualTo(new[] { 7, 6 }));
        Assert.That(await Find("invoice", Box("carol@other.test")), Is.EqualTo(new[] { 1 }));
        Assert.That(await Find("invoice"), Is.EqualTo(new[] { 1 }));
        await Store.DeleteAsync(Box("carol@other.test"), [Kept(1)], default);
        Assert.That(await Find("invoice"), Is.Empty);
    }

    [Test]
    public async Task Deleted_messages_are_not_found()
    {
        Keep(SearchMails.All(Staging));
        await Store.DeleteAsync(MailScope.Everything, [_kept[0], _kept[1]], default);
        Assert.That(await Find("you"), Is.EqualTo(new[] { 4 }));
        Assert.That(await Find("-you"), Is.EqualTo(new[] { 8, 7, 6, 5, 3 }));
        await Store.DeleteAsync(MailScope.Everything, null, default);
        Assert.That(await Find("you"), Is.Empty);
        Keep(Text("Subject: you again\r\n\r\n"));
        Assert.That(await Find("you"), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Pages_are_cut_by_number_and_by_id_and_count_all()
    {
        Keep(Enumerable.Range(1, 30).Select(i => Text($"Subject: page {(i % 3 == 0 ? "third" : "other")}\r\n\r\n")));
        MessagePage page = await Store.SearchAsync(MailScope.Everything, Query("third"), 2, null, 3, default);
        Assert.That((page.Total, page.Unread), Is.EqualTo((10, 10)));
        Assert.That(page.Messages.Select(one => _kept.IndexOf(one.Id) + 1), Is.EqualTo(new[] { 24, 21, 18 }));
        page = await Store.SearchAsync(MailScope.Everything, Query("third"), 0, page.Messages[^1].Id, 3, default);
        Assert.That((page.Total, page.Unread), Is.EqualTo((10, 10)));
        Assert.That(page.Messages.Select(one => _kept.IndexOf(one.Id) + 1), Is.EqualTo(new[] { 15, 12, 9 }));
        page = await Store.SearchAsync(MailScope.Everything, Query("third"), 100, null, 3, default);
        Assert.That((page.Total, page.Messages.Count), Is.EqualTo((10, 0)));
    }

    [Test]
    public async Task Matches_come_in_slices()
    {
        Settle(KeepAll([.. Enumerable.Range(0, 1200).Select(i => Text($"Subject: many {i}\r\n\r\n"))])[^1]);
        var slices = new List<int>();
        await foreach (IReadOnlyList<MessageId> slice in Store.MatchAsync(MailScope.Everything, Query("subject:many"), default)) slices.Add(slice.Count);
        Assert.That(slices.Sum(), Is.EqualTo(1200));
        Assert.That(slices, Has.All.InRange(1, 1000));
        Assert.That(slices, Has.Count.GreaterThan(1));
    }

    [Test]
    public async Task Search_stops_when_nobody_waits_for_it()
    {
        Keep(Enumerable.Range(0, 10).Select(i => Text($"Subject: many {i}\r\n\r\n")));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        Assert.That(async () => await Store.SearchAsync(MailScope.Everything, Query("many"), 0, null, 10, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await Find("many"), Has.Length.EqualTo(10));
    }
}

internal sealed class MemorySearchTests : SearchContract
{
    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Memory, folder);
}

/// <summary>Searches while the index may be anywhere.</summary>
internal sealed class SqliteSearchTests : SearchContract
{
    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Sqlite, folder);
}

/// <summary>Searches when the index has reached the newest message.</summary>
internal sealed class SqliteIndexedSearchTests : SearchContract
{
    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Sqlite, folder);

    protected override void Settle(MessageId newest) => Indexing.Await((SqliteStore)Store, newest);
}
