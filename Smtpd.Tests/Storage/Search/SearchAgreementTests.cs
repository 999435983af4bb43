using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Storage.Search;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage.Search;

/// <summary>The index finds what a look at each message finds, whatever is written and whatever is looked for.</summary>
internal sealed class SearchAgreementTests : StoreFixture
{
    private const int Messages = 150;
    private const int Queries = 400;

    private static readonly string[] _words =
    [
        "a", "ab", "abc", "b", "ba", "cab", "Abc", "\u00E4b", "A\u0308B", "stra\u00DFe", "strasse", "x1", "1", "12", "a-b", "a@b.c", "b.c", "don't", "\u65E5\u672C", "\u65E5", "\u672C\u8A9E", "\u65E5\u672C\u8A9E",
        "\uB300\uD559\uAD50", "\uD559", "\u0E20\u0E32\u0E29\u0E32", "\u0E32", "\u03A3\u03B1\u03C2", "\u0439", "\uFB01", "fi", "\U0001F389", "NEAR", "AND", "a*", "^a", "b:c", "{a}", "'", "\uE000", "\uE001a", "\u00AD", "zz",
    ];

    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Sqlite, folder);

    private static Gen<string> Text(int most) => Gen.Choose(0, most).SelectMany(count => Gen.ArrayOf(Gen.Elements(_words), count)).Select(words => string.Join(' ', words));

    private static Gen<string> Header(string name) => Gen.Elements(true, false).SelectMany(isThere => isThere ? Text(4).Select(text => $"{name}: {text}\r\n") : Gen.Constant(""));

    private static Gen<string> Source { get; } =
        from subject in Header("Subject")
        from sender in Gen.Elements("From: ab <a@b.c>\r\n", "From: \"\u65E5\u672C\" <x1@abc.test>\r\n", "")
        from to in Gen.Elements("To: alice@local.test\r\n", "To: ab <ba@local.test>, abc <cab@other.test>\r\n", "")
        from body in Text(12)
        from html in Text(6)
        from file in Gen.Elements("", "a.pdf", "abc ba.txt")
        select $"{subject}{sender}{to}X-Own: {body}\r\n" + (file.Length > 0
            ? $"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n--q\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{html}</p>\r\n"
                + $"--q\r\nContent-Disposition: attachment; filename=\"{file}\"\r\n\r\nzz\r\n--q--\r\n"
            : $"Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n");

    private static Gen<string> Term { get; } =
        from sign in Gen.Elements("", "", "-", "!")
        from name in Gen.Elements("", "", "", "", "subject:", "from:", "to:", "bcc:", "addressed:", "filename:", "header:X-Own=")
        from word in Text(3).Where(text => text.Length > 0)
        from isQuoted in Gen.Elements(true, false)
        from mark in Gen.Elements("", "", "", " is:unread", " is:starred", " has:attachment", " larger:300", " smaller:300", " mailbox:ba@local.test", " tag:ab", " -tag:ab")
        select $"{sign}{name}{(isQuoted ? $"\"{word}\"" : word.Split(' ')[0])}{mark}";

    [Test]
    public async Task Index_and_scan_agree()
    {
        string[] mails = [.. Source.Sample(Messages)];
        string[] recipients = ["alice@local.test", "ba@local.test", "cab@other.test"];
        var ids = new List<MessageId>();
        for (int i = 0; i < mails.Length; i++) ids.Add(Keep(Mails.New(Staging, mails[i], i % 3 == 0 ? [recipients[i % 2], recipients[2]] : [recipients[i % 3]])));
        await Store.MarkAsync(MailScope.Everything, [.. ids.Where((_, i) => i % 4 == 0)], new Marks(Read: true), default);
        await Store.MarkAsync(Box("ba@local.test"), [.. ids.Where((_, i) => i % 5 == 0)], new Marks(Starred: true), default);
        await Store.SetTagsAsync(Box("alice@local.test"), [.. ids.Where((_, i) => i % 6 == 0)], ["AB"], default);
        await Store.DeleteAsync(MailScope.Everything, [.. ids.Where((_, i) => i % 11 == 0)], default);
        Indexing.Await((SqliteStore)Store, ids.Last(id => ids.IndexOf(id) % 11 != 0));
        var scan = new SearchScan(Store);
        MailScope[] scopes = [MailScope.Everything, Box("ba@local.test"), Domain("local.test"), Box("alice@local.test", "cab@other.test")];
        int found = 0;
        foreach (string text in Gen.ArrayOf(Term, 2).Select(terms => string.Join(' ', terms)).Sample(Queries))
        {
            if (!SearchQuery.TryParse(text, TimeZoneInfo.Utc, DateTimeOffset.UnixEpoch, out SearchQuery? query, out string? problem))
            {
                Assert.That(problem, Is.Not.Empty);
                continue;
            }
            MailScope scope = scopes[found++ % scopes.Length];
            MessagePage indexed = await Store.SearchAsync(scope, query, 0, null, 1000, default), scanned = await scan.SearchAsync(scope, query, 0, null, 1000, default);
            Assert.That(indexed.Messages.Select(one => one.Id), Is.EqualTo(scanned.Messages.Select(one => one.Id)), text);
            Assert.That((indexed.Total, indexed.Unread), Is.EqualTo((scanned.Total, scanned.Unread)), text);
        }
        Assert.That(found, Is.GreaterThan(Queries / 2));
    }
}
