using System.Net;
using Smtpd.Configuration;
using Smtpd.Storage;

namespace Smtpd.Policy;

/// <summary>
/// Who is blocked: kept in the store, asked in memory, changed while the server runs. A list that is empty, or that the
/// configuration does not ask, is null.
/// </summary>
internal sealed class BlockLists : IDisposable
{
    private readonly IBlockListStore _store;
    private readonly SemaphoreSlim _changing = new(1);
    private volatile HostBlocks? _hosts;
    private volatile MailboxBlocks? _senders;
    private volatile MailboxBlocks? _recipients;

    /// <summary>Reads the lists, at the start, when nobody waits yet.</summary>
    /// <param name="readsLater">True where <see cref="RefreshAsync"/> is called; until then nobody is blocked.</param>
    /// <exception cref="StoreException">The store cannot say who is blocked.</exception>
    public BlockLists(IBlockListStore store, BlockSettings settings, bool readsLater = false)
    {
        _store = store;
        Settings = settings;
        if (!readsLater) Take(store.ReadBlocks());
    }

    /// <summary>Reads the lists again, where other processes change them too.</summary>
    /// <exception cref="StoreException">The store cannot say who is blocked; what was known stays in force.</exception>
    public async ValueTask RefreshAsync(CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Take(await _store.ListBlocksAsync(cancellation).ConfigureAwait(false));
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Which lists are asked.</summary>
    public BlockSettings Settings { get; }

    public HostBlocks? Hosts => _hosts;

    public MailboxBlocks? Senders => _senders;

    public MailboxBlocks? Recipients => _recipients;

    /// <summary>All entries, the oldest first.</summary>
    public ValueTask<IReadOnlyList<Block>> ListAsync(CancellationToken cancellation) => _store.ListBlocksAsync(cancellation);

    /// <summary>Blocks from the next command on. False when the entry was there already.</summary>
    /// <param name="text">As <see cref="BlockText"/> writes it.</param>
    public async ValueTask<(Block Block, bool IsNew)> AddAsync(BlockKind kind, string text, string note, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            (Block Block, bool IsNew) added = await _store.AddBlockAsync(kind, text, note, cancellation).ConfigureAwait(false);
            if (added.IsNew) Take(await _store.ListBlocksAsync(cancellation).ConfigureAwait(false));
            return added;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Takes entries away; returns how many were there.</summary>
    public async ValueTask<int> RemoveAsync(IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            int removed = await _store.RemoveBlocksAsync(ids, cancellation).ConfigureAwait(false);
            if (removed > 0) Take(await _store.ListBlocksAsync(cancellation).ConfigureAwait(false));
            return removed;
        }
        finally
        {
            _changing.Release();
        }
    }

    public void Dispose() => _changing.Dispose();

    private void Take(IReadOnlyList<Block> blocks)
    {
        _hosts = Settings.Hosts && Texts(BlockKind.Host) is { Count: > 0 } hosts ? new HostBlocks(Networks(hosts)) : null;
        _senders = Settings.Senders && Texts(BlockKind.Sender) is { Count: > 0 } senders ? new MailboxBlocks(senders) : null;
        _recipients = Settings.Recipients && Texts(BlockKind.Recipient) is { Count: > 0 } recipients ? new MailboxBlocks(recipients) : null;

        List<string> Texts(BlockKind kind) => [.. blocks.Where(block => block.Kind == kind).Select(block => block.Text)];
    }

    private static IEnumerable<IPNetwork> Networks(List<string> texts)
    {
        foreach (string text in texts)
            if (OptionText.TryNetwork(text, out IPNetwork network, out _)) yield return network;
    }
}
