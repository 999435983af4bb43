using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Storage.Search;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage.Search;

/// <summary>The parts of the index: how they are made, put in order and removed. They are small here.</summary>
internal sealed class SqliteSearchPartsTests : StoreFixture
{
    private const int PartMessages = 10;

    private readonly List<MessageId> _ids = [];

    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Sqlite, folder);

    private SqliteStore File => (SqliteStore)Store;

    private string IndexPath => Path.Combine(Folder.Root, "own-search");

    private SqliteSearchWriter NewWriter() => new(IndexPath, "this store", long.MaxValue, out _, PartMessages);

    private SearchDocument Read(SqliteSearchMail mail)
    {
        using Stream source = mail.Open(File.Query<byte[]?>);
        return mail.Read(source);
    }

    private void Index(SqliteSearchWriter writer)
    {
        while (File.Query(connection => SqliteSearchMail.After(connection, writer.Reached, long.MaxValue, 7, long.MaxValue)) is { Count: > 0 } mails)
            writer.Append([.. mails.Select(mail => (mail.Number, Read(mail)))]);
    }

    private void Tidy(SqliteSearchWriter writer)
    {
        var upkeep = new SqliteSearchUpkeep(File, writer, Read);
        int steps = 0;
        while (upkeep.Step()) Assert.That(++steps, Is.LessThan(1000), "upkeep comes to an end");
    }

    private void Fill(int count)
    {
        _ids.Clear();
        for (int i = 0; i < count; i++) _ids.Add(Keep(Mails.New(Staging, $"Subject: common {(i % 7 == 0 ? "seventh" : "other")}\r\n\r\nnumber{i}\r\n")));
    }

    private static SearchQuery Query(string text)
    {
        Assert.That(SearchQuery.TryParse(text, TimeZoneInfo.Utc, DateTimeOffset.UnixEpoch, out SearchQuery? query, out string? problem), Is.True, problem);
        return query!;
    }

    private async Task AssertFindsAllAsync(string text)
    {
        using var readers = new SqliteReaders(IndexPath);
        SqliteSearchResult found = readers.Query(index => File.Query(mail => new SqliteSearch(mail, index, MailScope.Everything, Query(text)).Run(new SqliteSearchOrder(0, null, 1000, Counts: true), default)));
        MessagePage expected = await new SearchScan(Store).SearchAsync(MailScope.Everything, Query(text), 0, null, 1000, default);
        Assert.That(found.Ids, Is.EqualTo(expected.Messages.Select(one => one.Id)), text);
        Assert.That((found.Total, found.Unread, found.IsIncomplete), Is.EqualTo((expected.Total, expected.Unread, false)), text);
    }

    private async Task AssertFindsAllAsync()
    {
        foreach (string text in (string[])["common", "seventh", "common -seventh", "-seventh", "number1", "\"number1\"", "\"common seventh\""]) await AssertFindsAllAsync(text);
    }

    [Test]
    public async Task Messages_are_found_across_parts()
    {
        Fill(95);
        using SqliteSearchWriter writer = NewWriter();
        Index(writer);
        Assert.That(writer.Parts, Has.Count.EqualTo(10));
        await AssertFindsAllAsync();
        Tidy(writer);
        Assert.That(writer.Parts.Skip(1), Has.All.Property(nameof(SqliteSearchPart.IsMerged)).True);
        await AssertFindsAllAsync();
    }

    [Test]
    public async Task Parts_go_with_their_messages_and_sparse_ones_are_made_anew()
    {
        Fill(95);
        using SqliteSearchWriter writer = NewWriter();
        Index(writer);
        // Three whole parts, and most of the next three.
        await Store.DeleteAsync(MailScope.Everything, [.. _ids.Take(30), .. _ids.Skip(30).Take(30).Where((_, i) => i % 10 < 8)], default);
        await AssertFindsAllAsync();
        Tidy(writer);
        Assert.That(writer.Parts.Sum(part => part.Documents - part.Gone), Is.EqualTo(41));
        Assert.That(writer.Parts, Has.Count.LessThanOrEqualTo(6), "small ones are put together");
        await AssertFindsAllAsync();
        Fill(30);
        Index(writer);
        await AssertFindsAllAsync();
        await Store.DeleteAsync(MailScope.Everything, null, default);
        Tidy(writer);
        Assert.That(writer.Parts, Is.Empty);
        await AssertFindsAllAsync();
        Fill(5);
        Index(writer);
        await AssertFindsAllAsync();
    }

    [Test]
    public async Task Part_that_was_not_finished_is_dropped_when_the_index_is_opened()
    {
        Fill(25);
        using (SqliteSearchWriter writer = NewWriter())
        {
            Index(writer);
            SqliteSearchPart oldest = writer.Parts[^1];
            writer.Fill(writer.BeginReplacement(oldest.First, oldest.Last), [.. File.Query(connection => SqliteSearchMail.After(connection, -1, oldest.Last, 3, long.MaxValue)).Select(mail => (mail.Number, Read(mail)))]);
            await AssertFindsAllAsync();
        }
        using SqliteSearchWriter again = NewWriter();
        Assert.That(again.Parts, Has.Count.EqualTo(3));
        await AssertFindsAllAsync();
    }

    [Test]
    public void Index_of_another_store_or_version_is_made_anew()
    {
        Fill(5);
        using (SqliteSearchWriter writer = NewWriter()) Index(writer);
        using (new SqliteSearchWriter(IndexPath, "this store", long.MaxValue, out string? none)) Assert.That(none, Is.Null);
        using (var other = new SqliteSearchWriter(IndexPath, "another store", long.MaxValue, out string? why))
        {
            Assert.That(why, Does.Contain("another store"));
            Assert.That((other.Reached, other.Parts.Count), Is.EqualTo((-1, 0)));
        }
        using (var connection = new SqliteConnection($"Data Source={IndexPath};Pooling=False"))
        {
            connection.Open();
            SqliteSearchFile.Run(connection, "PRAGMA user_version = 99");
        }
        using var version = new SqliteSearchWriter(IndexPath, "another store", long.MaxValue, out string? reason);
        Assert.That(reason, Does.Contain("version"));
    }

    [Test]
    public void Store_that_was_put_back_is_followed_from_where_it_is()
    {
        Fill(5);
        using (SqliteSearchWriter writer = NewWriter()) Index(writer);
        using var older = new SqliteSearchWriter(IndexPath, "this store", SqliteWriter.NumberOf(_ids[2]), out _);
        Assert.That(older.Reached, Is.EqualTo(SqliteWriter.NumberOf(_ids[2])));
    }

    [Test]
    public async Task Count_ends_at_the_bound_and_says_so()
    {
        const int Many = (int)SqliteSearch.MostCounted + 50;
        KeepAll([.. Enumerable.Range(0, Many).Select(i => Mails.New(Staging, "Subject: common\r\n\r\n"))]);
        using (SqliteSearchWriter writer = NewWriter())
        {
            while (File.Query(connection => SqliteSearchMail.After(connection, writer.Reached, long.MaxValue, 4000, long.MaxValue)) is { Count: > 0 } mails)
                writer.Append([.. mails.Select(mail => (mail.Number, Read(mail)))]);
        }
        using var readers = new SqliteReaders(IndexPath);
        SqliteSearchResult found = readers.Query(index => File.Query(mail => new SqliteSearch(mail, index, MailScope.Everything, Query("common")).Run(new SqliteSearchOrder(0, null, 50, Counts: true), default)));
        Assert.That((found.Ids.Count, found.Total, found.Unread, found.IsIncomplete), Is.EqualTo((50, SqliteSearch.MostCounted, SqliteSearch.MostCounted, true)));
        // Whoever changes all that match gets them all.
        var all = new List<MessageId>();
        await foreach (IReadOnlyList<MessageId> slice in Store.MatchAsync(MailScope.Everything, Query("common"), default)) all.AddRange(slice);
        Assert.That(all, Has.Count.EqualTo(Many));
    }

    [Test]
    public void Search_without_an_index_looks_at_the_newest_and_says_so()
    {
        const int Many = SqliteSearch.MostUnindexed + 10;
        KeepAll([.. Enumerable.Range(0, Many).Select(i => Mails.New(Staging, $"Subject: common number{i}\r\n\r\n"))]);
        SqliteSearchResult found = File.Query(mail => new SqliteSearch(mail, null, MailScope.Everything, Query("common")).Run(new SqliteSearchOrder(0, null, 50, Counts: true), default));
        Assert.That((found.Ids.Count, found.Total, found.IsIncomplete), Is.EqualTo((50, (long)SqliteSearch.MostUnindexed, true)));
        found = File.Query(mail => new SqliteSearch(mail, null, MailScope.Everything, Query("common")).Run(new SqliteSearchOrder(0, null, Many, Counts: false), default));
        Assert.That((found.Ids.Count, found.IsIncomplete), Is.EqualTo((Many, false)));
    }
}
