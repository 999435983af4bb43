using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Configuration;
using Smtpd.Policy;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Accounts;

/// <summary>Users and block lists that other processes change, and that cannot be read at the start.</summary>
public sealed class SharedUsersTests
{
    private static User Somebody(string name) => new(name, ScramCredential.Derive("pencil", new byte[16], 4096));

    [Test]
    public async Task What_another_process_changes_is_told_and_what_it_left_is_not()
    {
        var store = new MemoryUsers();
        await store.AddUserAsync(Somebody("ann"), default);
        await store.AddUserAsync(Somebody("bob"), default);
        await store.AddUserAsync(Somebody("cleo"), default);
        var users = new UserDirectory(store);
        List<string> told = [];
        users.Changed += told.Add;
        await users.RefreshAsync(default);
        Assert.That(users.HasUsers);
        Assert.That(told, Is.Empty);
        CancellationToken watched = users.Watch("bob");
        await store.ChangeUserAsync("bob", user => user with { Mailboxes = ["bob@local.test"] }, default);
        await store.DeleteUserAsync("cleo", default);
        await users.RefreshAsync(default);
        Assert.That(told, Is.EquivalentTo(new[] { "bob", "cleo" }));
        Assert.That(watched.IsCancellationRequested);
        await users.RefreshAsync(default);
        Assert.That(told, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_list_that_cannot_be_read_at_the_start_blocks_nobody_and_is_in_force_when_it_can()
    {
        var store = new AwayBlockList(TimeProvider.System) { IsAway = true };
        using var blocks = new BlockLists(store, new BlockSettings(), readsLater: true);
        Assert.That(blocks.Senders, Is.Null);
        var log = new ListLog();
        var shared = new SharedLists(new UserDirectory(new MemoryUsers()), blocks, log);
        await shared.BeginAsync();
        await shared.BeginAsync();
        Assert.That(log.Lines.Count(line => line.Level == LogLevel.Warn), Is.EqualTo(1), "once, not each time");
        using var stop = new CancellationTokenSource();
        Task following = shared.FollowAsync(stop.Token);
        await store.Inner.AddBlockAsync(BlockKind.Sender, "spam@example.com", "", default);
        store.IsAway = false;
        await Eventually.HoldsAsync(() => blocks.Senders is not null, "the list is in force", TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await following;
        Assert.That(log.Lines.Select(line => line.Text), Has.Some.Contains("can be read"));
    }

    private sealed class AwayBlockList(TimeProvider clock) : IBlockListStore
    {
        private volatile bool _isAway;

        public MemoryBlockList Inner { get; } = new(clock);

        public bool IsAway { get => _isAway; set => _isAway = value; }

        private MemoryBlockList Heard => _isAway ? throw new StoreException("elsewhere: not reachable") : Inner;

        public IReadOnlyList<Block> ReadBlocks() => Heard.ReadBlocks();

        public ValueTask<IReadOnlyList<Block>> ListBlocksAsync(CancellationToken cancellation) => Heard.ListBlocksAsync(cancellation);

        public ValueTask<(Block Block, bool IsNew)> AddBlockAsync(BlockKind kind, string text, string note, CancellationToken cancellation) => Heard.AddBlockAsync(kind, text, note, cancellation);

        public ValueTask<int> RemoveBlocksAsync(IReadOnlyList<long> ids, CancellationToken cancellation) => Heard.RemoveBlocksAsync(ids, cancellation);
    }
}
