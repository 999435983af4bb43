using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Storage.Search;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage.Search;

/// <summary>How long searches take in a store of many messages.</summary>
[Category("Torture")]
internal sealed class SearchSpeedTests : StoreFixture
{
    private const double MostMilliseconds = 100;
    private const int Rounds = 9;

    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Sqlite, folder);

    [Test]
    public async Task First_page_comes_fast_and_takes_no_memory()
    {
        new ManyMails().Fill(Store, Staging, ManyMails.Size);
        var store = (SqliteStore)Store;
        var watch = Stopwatch.StartNew();
        MessageId newest = (await Store.LatestAsync(MailScope.Everything, default))!.Value;
        Indexing.Await(store, newest, seconds: 3600);
        TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ManyMails.Size} messages, {store.SizeInBytes / 1e6:0} MB; indexed {watch.Elapsed.TotalSeconds:0.0} s behind the last commit"));
        string common = ManyMails.Word(0), second = ManyMails.Word(1), rare = (ManyMails.Size / 2).ToString(CultureInfo.InvariantCulture);
        MailScope user = MailScope.Of(["box3@rare.test"], []), busy = MailScope.Of([ManyMails.Busy], []);
        await Store.MarkAsync(busy, [.. (await Store.ListAsync(busy, ManyMails.Size / 4, null, 100, default)).Messages.Select(one => one.Id)], new Marks(Starred: true), default);
        (string Name, string Text, MailScope Scope)[] searches =
        [
            ("a rare word", $"\"{rare}\"", MailScope.Everything),
            ("a common word", $"\"{common}\"", MailScope.Everything),
            ("two words", $"{common} {second}", MailScope.Everything),
            ("a phrase", $"\"{common} {second}\"", MailScope.Everything),
            ("the beginning of words", common[..3], MailScope.Everything),
            ("a word in unread mail", $"{common} is:unread", MailScope.Everything),
            ("a word in starred mail", $"{common} is:starred", MailScope.Everything),
            ("a word in a large mailbox", common, busy),
            ("a word in a small mailbox", common, user),
            ("no such word", "nosuchword", MailScope.Everything),
            ("an address", "from:sender7@remote.test", MailScope.Everything),
            ("without a word", $"-{common} subject:{second}", MailScope.Everything),
            ("unread", "is:unread", MailScope.Everything),
            ("read", "is:read", MailScope.Everything),
            ("large mail", "larger:1M", MailScope.Everything),
        ];
        var slow = new List<string>();
        long before = Process.GetCurrentProcess().WorkingSet64;
        foreach ((string name, string text, MailScope scope) in searches)
        {
            Assert.That(SearchQuery.TryParse(text, TimeZoneInfo.Utc, DateTimeOffset.UtcNow, out SearchQuery? query, out string? problem), Is.True, problem);
            MessagePage page = await Store.SearchAsync(scope, query!, 0, null, 50, default);
            var times = new List<double>();
            for (int i = 0; i < Rounds; i++)
            {
                long began = Stopwatch.GetTimestamp();
                await Store.SearchAsync(scope, query!, 0, null, 50, default);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            double median = times.Order().ElementAt(Rounds / 2);
            TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-26} {median,7:0.0} ms  {(page.IsIncomplete ? "at least " : "")}{page.Total} matches"));
            if (median > MostMilliseconds) slow.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {median:0.0} ms"));
        }
        long grown = Process.GetCurrentProcess().WorkingSet64 - before;
        TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"resident memory grew by {grown / 1e6:0} MB"));
        Assert.That(slow, Is.Empty);
        Assert.That(grown, Is.LessThan(200_000_000));
    }
}
