using System.Buffers.Binary;
using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// Block lists in the original's collections: clients in <c>GreyHosts</c>, senders and recipients in <c>GreyMails</c> (<c>type</c> is <c>from</c>
/// or <c>to</c>). A whole domain is an entry without <c>local</c>. Entries that are not active block nobody.
/// </summary>
internal sealed class MongoBlockList(MongoStore store) : IBlockListStore
{
    /// <summary>Bits of the number that tell entries of one second apart; with the second's it stays below 2^53, so that JSON can hold it.</summary>
    private const int PlaceBits = 20;

    private readonly StoreCollection _hosts = store.Collection("GreyHosts");
    private readonly StoreCollection _mailboxes = store.Collection("GreyMails");
    private readonly StoreCollection _hostsRead = store.Collection("GreyHosts").Freshest, _mailboxesRead = store.Collection("GreyMails").Freshest;
    private readonly MessageIdSource _ids = new(default, TimeProvider.System);
    private readonly Lock _lock = new();

    private static BsonDocument Active { get; } = Documents.Of(bson => bson.Boolean("isactive"u8, true));

    public IReadOnlyList<Block> ReadBlocks() => Task.Run(() => ListBlocksAsync(CancellationToken.None).AsTask()).GetAwaiter().GetResult();

    public async ValueTask<IReadOnlyList<Block>> ListBlocksAsync(CancellationToken cancellation) =>
        [.. (await ReadAsync(cancellation).ConfigureAwait(false)).Select(entry => entry.Block).OrderBy(block => block.Id)];

    public async ValueTask<(Block Block, bool IsNew)> AddBlockAsync(BlockKind kind, string text, string note, CancellationToken cancellation)
    {
        List<(MessageId Key, Block Block)> all = await ReadAsync(cancellation).ConfigureAwait(false);
        if (all.Find(entry => entry.Block.Kind == kind && entry.Block.Text == text).Block is { } known) return (known, false);
        if (all.Count >= IBlockListStore.MostBlocks) throw new StoreException($"the block lists have {IBlockListStore.MostBlocks} entries; take some away first", isFull: true);
        MessageId key;
        lock (_lock) key = _ids.Next();
        BsonDocument document = Describe(key, kind, text, note);
        await (kind == BlockKind.Host ? _hosts : _mailboxes).InsertAsync([document], cancellation).ConfigureAwait(false);
        return (Read(document, kind == BlockKind.Host).Block, true);
    }

    public async ValueTask<int> RemoveBlocksAsync(IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        List<MessageId> meant = [.. (await ReadAsync(cancellation).ConfigureAwait(false)).Where(entry => ids.Contains(entry.Block.Id)).Select(entry => entry.Key)];
        if (meant.Count == 0) return 0;
        var deletion = new DeleteStatement(Documents.Of(bson => bson.In("_id"u8, meant)), IsMany: true);
        return (int)(await _hosts.DeleteAsync([deletion], cancellation).ConfigureAwait(false) + await _mailboxes.DeleteAsync([deletion], cancellation).ConfigureAwait(false));
    }

    private async ValueTask<List<(MessageId Key, Block Block)>> ReadAsync(CancellationToken cancellation)
    {
        var options = new FindOptions { Limit = IBlockListStore.MostBlocks };
        var found = new List<(MessageId, Block)>();
        foreach (bool isHost in (bool[])[true, false])
        {
            foreach (BsonDocument document in await (isHost ? _hostsRead : _mailboxesRead).FindAllAsync(Active, options, cancellation).ConfigureAwait(false))
                if (document["_id"u8].Type == BsonType.ObjectId) found.Add(Read(document, isHost));
        }
        return found;
    }

    private static BsonDocument Describe(MessageId key, BlockKind kind, string text, string note) => Documents.Of(bson =>
    {
        bson.ObjectId("_id"u8, key).String("createdby"u8, "");
        if (kind == BlockKind.Host) bson.String("hostname"u8, text);
        else
        {
            int at = text.LastIndexOf('@');
            bson.String("type"u8, kind == BlockKind.Sender ? "from" : "to").String("email"u8, at < 0 ? $"@{text}" : text)
                .String("local"u8, at < 0 ? "" : text[..at]).String("domain"u8, text[(at + 1)..]);
        }
        bson.DateTime("createdat"u8, DateTimeOffset.UtcNow).Boolean("isactive"u8, true).String("note"u8, note);
    });

    private static (MessageId Key, Block Block) Read(BsonDocument document, bool isHost)
    {
        MessageId key = document["_id"u8].AsObjectId();
        BlockKind kind = isHost ? BlockKind.Host : document["type"u8].AsString() == "to" ? BlockKind.Recipient : BlockKind.Sender;
        string text = document[isHost ? "hostname"u8 : "email"u8].AsString() ?? "";
        // A whole domain has no local part.
        if (!isHost && text.StartsWith('@')) text = text[1..];
        // The original kept case, of which nothing hangs here.
        if (!isHost && Policy.BlockText.TryRead(kind, text, out string written)) text = written;
        return (key, new Block(NumberOf(key), kind, text, document["note"u8].AsString() ?? "", document["createdat"u8].AsDateTime()));
    }

    /// <summary>The second and what tells its entries apart.</summary>
    private static long NumberOf(MessageId key)
    {
        Span<byte> octets = stackalloc byte[MessageId.Octets];
        key.Write(octets);
        uint rest = BinaryPrimitives.ReadUInt32BigEndian(octets[8..]) ^ BinaryPrimitives.ReadUInt32BigEndian(octets[4..]) >> 8;
        return ((long)key.Seconds << PlaceBits) | (rest & ((1 << PlaceBits) - 1));
    }
}
