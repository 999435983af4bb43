namespace Smtpd.Storage;

/// <summary>What a block list is about; the numbers are kept in stores.</summary>
internal enum BlockKind { Host = 1, Sender = 2, Recipient = 3 }

/// <summary>One entry of a block list.</summary>
/// <param name="Id">Given by the store, never twice.</param>
/// <param name="Text">The address, network, mailbox or domain.</param>
/// <param name="Note">Why, for people; may be empty.</param>
internal sealed record Block(long Id, BlockKind Kind, string Text, string Note, DateTimeOffset Created);

/// <summary>Where block lists are kept. Called seldom, never from a socket thread; every method may throw <see cref="StoreException"/>.</summary>
internal interface IBlockListStore
{
    /// <summary>More entries than this are refused: every list is held in memory.</summary>
    const int MostBlocks = 100_000;

    /// <summary>All entries, the oldest first, on the calling thread: for the start.</summary>
    IReadOnlyList<Block> ReadBlocks();

    /// <summary>All entries, the oldest first.</summary>
    ValueTask<IReadOnlyList<Block>> ListBlocksAsync(CancellationToken cancellation);

    /// <summary>Adds an entry, or gives the one that says the same.</summary>
    ValueTask<(Block Block, bool IsNew)> AddBlockAsync(BlockKind kind, string text, string note, CancellationToken cancellation);

    /// <summary>Takes entries away; returns how many of them were there.</summary>
    ValueTask<int> RemoveBlocksAsync(IReadOnlyList<long> ids, CancellationToken cancellation);
}
