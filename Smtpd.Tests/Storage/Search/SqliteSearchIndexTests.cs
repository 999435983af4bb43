using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage.Search;
using Smtpd.Storage.Sqlite;
using Smtpd.Storage;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage.Search;

/// <summary>What becomes of the index when it is taken away, damaged, or left behind by a crash.</summary>
internal sealed class SqliteSearchIndexTests
{
    private readonly MessageIdSource _ids = new(default, TimeProvider.System);
    private readonly List<MessageId> _kept = [];
    private TemporaryFolder _folder = null!;
    private ListLog _log = null!;
    private SqliteStore? _store;

    private string MailPath => Path.Combine(_folder.Root, "mail.db");

    private string IndexPath => MailPath + "-search";

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _log = new ListLog();
        _kept.Clear();
        _store = new SqliteStore(MailPath, 0, _log);
    }

    [TearDown]
    public async Task Close()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task StopAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
        _store = null;
    }

    private void Keep(int count)
    {
        using var staging = new BodyStaging(_folder.Root, _store!.Space);
        for (int i = 0; i < count; i++)
        {
            ReceivedMail mail = Mails.New(staging, $"Subject: number{_kept.Count}\r\n\r\ncommon text\r\n");
            mail.GiveId(_ids.Next());
            _store.Commit([mail]);
            _kept.Add(mail.Id);
            mail.Dispose();
        }
    }

    private void Settle() => Indexing.Await(_store!, _kept[^1]);

    private async Task AssertFindsAllAsync(SqliteStore? store = null)
    {
        Assert.That(SearchQuery.TryParse("common -nothing", TimeZoneInfo.Utc, DateTimeOffset.UnixEpoch, out SearchQuery? query, out _), Is.True);
        MessagePage page = await (store ?? _store!).SearchAsync(MailScope.Everything, query!, 0, null, 1000, default);
        Assert.That(page.Messages.Select(one => one.Id).Reverse(), Is.EqualTo(_kept));
    }

    private async Task ReopenAsync()
    {
        await StopAsync();
        _store = new SqliteStore(MailPath, 0, _log);
    }

    [Test]
    public void Index_is_the_owners_alone()
    {
        Keep(3);
        Settle();
        foreach (string path in Directory.GetFiles(_folder.Root, "mail.db-search*"))
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), path);
        Assert.That(_store!.SizeInBytes, Is.GreaterThan(new FileInfo(MailPath).Length + new FileInfo(MailPath + "-wal").Length));
    }

    [Test]
    public async Task It_says_how_far_it_is_behind()
    {
        Keep(7);
        await _store!.MarkAsync(MailScope.Everything, [_kept[2]], new Marks(Read: true), default);
        Assert.That(await _store!.CountUnindexedAsync(default), Is.EqualTo(7), "nothing has begun to read");
        Settle();
        Assert.That(async () => await _store!.CountUnindexedAsync(default), Is.Zero.After(60).Seconds.PollEvery(5).MilliSeconds);
        await ReopenAsync();
        Assert.That(await _store!.CountUnindexedAsync(default), Is.EqualTo(7), "not known before it was looked at");
        _store!.Tend(idle: true);
        Assert.That(async () => await _store!.CountUnindexedAsync(default), Is.Zero.After(60).Seconds.PollEvery(5).MilliSeconds);
    }

    [Test]
    public async Task Index_goes_on_where_it_stood()
    {
        Keep(30);
        Settle();
        _log.Lines.Clear();
        await ReopenAsync();
        await AssertFindsAllAsync();
        Keep(5);
        await AssertFindsAllAsync();
        Settle();
        await AssertFindsAllAsync();
        Assert.That(_log.Lines, Is.Empty);
    }

    [Test]
    public async Task Index_that_was_taken_away_is_made_anew()
    {
        Keep(30);
        Settle();
        await StopAsync();
        foreach (string path in Directory.GetFiles(_folder.Root, "mail.db-search*")) File.Delete(path);
        await ReopenAsync();
        await AssertFindsAllAsync();
        Settle();
        await AssertFindsAllAsync();
        Assert.That(_log.Lines.Select(line => line.Text), Has.Some.Contains("is made from the mail: there is none yet"));
    }

    [Test]
    public async Task What_is_no_index_is_made_one()
    {
        Keep(30);
        await StopAsync();
        foreach (string path in Directory.GetFiles(_folder.Root, "mail.db-search*")) File.Delete(path);
        await File.WriteAllTextAsync(IndexPath, string.Concat(Enumerable.Repeat("this is no database ", 1000)));
        await ReopenAsync();
        await AssertFindsAllAsync();
        Settle();
        await AssertFindsAllAsync();
        Assert.That(_log.Lines.Select(line => line.Text), Has.Some.Contains("is damaged"));
    }

    [Test]
    public async Task Index_with_broken_pages_is_noticed_by_a_search_and_made_anew()
    {
        Keep(200);
        Settle();
        await StopAsync();
        Assert.That(File.Exists(IndexPath + "-wal"), Is.False, "what is closed in order is one file");
        byte[] octets = await File.ReadAllBytesAsync(IndexPath);
        // Behind the first pages, which hold the tables' names.
        Array.Fill(octets, (byte)0x5A, 3 * 4096, octets.Length - (3 * 4096));
        await File.WriteAllBytesAsync(IndexPath, octets);
        await ReopenAsync();
        await AssertFindsAllAsync();
        Settle();
        await AssertFindsAllAsync();
    }

    [Test]
    public async Task What_a_crash_leaves_behind_is_gone_on_with()
    {
        Keep(50);
        Settle();
        Keep(20);
        // The index first: what it has reached, the mail has.
        using var copy = new TemporaryFolder();
        foreach (string name in (string[])["mail.db-search", "mail.db-search-wal", "mail.db", "mail.db-wal"])
            if (File.Exists(Path.Combine(_folder.Root, name))) File.Copy(Path.Combine(_folder.Root, name), Path.Combine(copy.Root, name));
        await using var crashed = new SqliteStore(Path.Combine(copy.Root, "mail.db"), 0, new ListLog());
        Assert.That(crashed.SearchedTo is null || crashed.SearchedTo.Value.CompareTo(_kept[^1]) <= 0);
        await AssertFindsAllAsync(crashed);
        Indexing.Await(crashed, _kept[^1]);
        await AssertFindsAllAsync(crashed);
    }

    [Test]
    public async Task Index_that_cannot_be_written_harms_nobody()
    {
        await StopAsync();
        Directory.CreateDirectory(IndexPath);
        await ReopenAsync();
        Keep(20);
        await AssertFindsAllAsync();
        Assert.That(() => _log.Lines.Count(line => line.Text.Contains("the index cannot be kept", StringComparison.Ordinal)), Is.EqualTo(1).After(10).Seconds.PollEvery(20).MilliSeconds);
        Keep(20);
        await AssertFindsAllAsync();
        Assert.That(_store!.Trouble, Is.Null);
    }
}
