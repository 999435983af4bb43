using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage;

/// <summary>Places in a list that is longer than one run of counted messages.</summary>
[TestFixture]
internal sealed class MessageBucketTests : StoreFixture
{
    private const int Runs = 4;

    private const string Alice = "alice@local.test", Third = "third@local.test";

    private List<MessageId> _newestFirst = [];
    private HashSet<MessageId> _alices = [];

    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Sqlite, folder);

    [SetUp]
    public void Fill()
    {
        const int Batch = 512;
        _newestFirst = [];
        for (int kept = 0; kept < (Runs * MessageBuckets.Messages) + Batch; kept += Batch)
            _newestFirst.AddRange(KeepAll([.. Enumerable.Range(kept, Batch).Select(n => Mails.New(Staging, "\r\n", n % 3 == 0 ? Third : Alice))]));
        _alices = [.. _newestFirst.Where((_, i) => i % 3 != 0)];
        _newestFirst.Reverse();
    }

    private List<(long First, long Total)> Buckets()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Folder.Root, "mail.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT first, total FROM bucket WHERE mailbox = 0 ORDER BY first";
        using SqliteDataReader row = command.ExecuteReader();
        var buckets = new List<(long, long)>();
        while (row.Read()) buckets.Add((row.GetInt64(0), row.GetInt64(1)));
        return buckets;
    }

    private async Task CompareAsync(string when)
    {
        var random = new Random(1);
        int[] starts = [0, 1, MessageBuckets.Messages - 1, MessageBuckets.Messages, MessageBuckets.Messages + 1, _newestFirst.Count - 1, _newestFirst.Count, _newestFirst.Count + 5000,
            .. Enumerable.Range(0, 12).Select(_ => random.Next(_newestFirst.Count))];
        foreach (int start in starts)
        {
            foreach (MailScope scope in (MailScope[])[MailScope.Everything, Box(Alice)])
            {
                List<MessageId> all = scope.IsEverything ? _newestFirst : [.. _newestFirst.Where(_alices.Contains)];
                Assert.That(await IdsAsync(scope, start, limit: 5), Is.EqualTo(all.Skip(start).Take(5)), $"{when}: from {start}");
                MessageId before = _newestFirst[random.Next(_newestFirst.Count)];
                Assert.That(await IdsAsync(scope, start, before, 5), Is.EqualTo(all.SkipWhile(id => id >= before).Skip(start).Take(5)), $"{when}: from {start} before {before}");
            }
        }
        Assert.That((await CountsAsync(MailScope.Everything)).Total, Is.EqualTo(_newestFirst.Count));
    }

    private async Task DeleteAsync(Func<int, bool> wanted)
    {
        MessageId[] gone = [.. _newestFirst.Where((_, i) => wanted(i))];
        Assert.That(await Store.DeleteAsync(MailScope.Everything, gone, default), Is.EqualTo(gone.Length));
        _newestFirst.RemoveAll(new HashSet<MessageId>(gone).Contains);
    }

    [Test]
    public async Task Any_place_is_found_also_after_deletions_and_new_mail()
    {
        Assert.That(Buckets(), Has.Count.EqualTo(Runs + 1));
        await CompareAsync("full");
        await DeleteAsync(i => i % 7 == 0);
        await CompareAsync("every seventh gone");
        await DeleteAsync(i => i is > 3000 and < 9000);
        await CompareAsync("a hole in the middle");
        Assert.That(Buckets(), Has.Count.LessThan(Runs + 1), "a run without messages is gone");
        await DeleteAsync(i => i >= _newestFirst.Count - 2000);
        await CompareAsync("the oldest gone");
        foreach (MessageId id in KeepAll([.. Enumerable.Range(0, 600).Select(n => Mails.New(Staging, "\r\n", "bob@local.test"))])) _newestFirst.Insert(0, id);
        await CompareAsync("new mail");
        Assert.That(Buckets().Skip(1).SkipLast(1).All(bucket => bucket.Total > 0));
        await Store.DeleteAsync(MailScope.Everything, null, default);
        Assert.That(await IdsAsync(MailScope.Everything, start: 5000), Is.Empty);
        Assert.That(Buckets(), Has.Count.LessThanOrEqualTo(2));
    }

    [Test]
    public async Task Deletions_of_one_mailbox_leave_the_places_of_the_rest()
    {
        MailScope third = Box(Third);
        IReadOnlyList<MessageId> own = await IdsAsync(third, limit: int.MaxValue);
        Assert.That(await Store.DeleteAsync(third, null, default), Is.EqualTo(own.Count));
        _newestFirst.RemoveAll(new HashSet<MessageId>(own).Contains);
        await CompareAsync("every third gone");
        Assert.That(await IdsAsync(Box(Alice), start: 6000, limit: 5), Is.EqualTo(_newestFirst.Skip(6000).Take(5)), "all that is left is hers");
    }

    [Test]
    public async Task Ids_grow_though_all_mail_was_deleted_before_a_restart()
    {
        await Store.DeleteAsync(MailScope.Everything, null, default);
        MessageId closed = _newestFirst[512];
        await Store.DisposeAsync();
        await using var again = new SqliteStore(Path.Combine(Folder.Root, "mail.db"), 0, new Web.ListLog());
        Assert.That(new MessageIdSource(again.NewestId, TimeProvider.System).Next(), Is.GreaterThan(closed));
        Assert.That(again.NewestId.Seconds, Is.GreaterThanOrEqualTo(closed.Seconds));
    }
}
