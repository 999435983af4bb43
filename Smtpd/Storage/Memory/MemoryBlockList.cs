namespace Smtpd.Storage.Memory;

/// <summary>Block lists that live as long as the process.</summary>
internal sealed class MemoryBlockList(TimeProvider clock) : IBlockListStore
{
    private readonly Lock _lock = new();
    private readonly List<Block> _blocks = [];
    private long _last;

    public IReadOnlyList<Block> ReadBlocks()
    {
        lock (_lock) return [.. _blocks];
    }

    public ValueTask<IReadOnlyList<Block>> ListBlocksAsync(CancellationToken cancellation) => new(ReadBlocks());

    public ValueTask<(Block Block, bool IsNew)> AddBlockAsync(BlockKind kind, string text, string note, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_blocks.Find(block => block.Kind == kind && block.Text == text) is { } known) return new ValueTask<(Block, bool)>((known, false));
            if (_blocks.Count >= IBlockListStore.MostBlocks) throw new StoreException($"the block lists have {IBlockListStore.MostBlocks} entries; take some away first", isFull: true);
            var added = new Block(++_last, kind, text, note, clock.GetUtcNow());
            _blocks.Add(added);
            return new ValueTask<(Block, bool)>((added, true));
        }
    }

    public ValueTask<int> RemoveBlocksAsync(IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<int>(_blocks.RemoveAll(block => ids.Contains(block.Id)));
    }
}
