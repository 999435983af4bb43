using Smtpd.Storage.Reading;

namespace Smtpd.Storage.Sqlite;

/// <summary>A message's source, each block of it a query of its own, so that a slow reader never holds a snapshot of the store.</summary>
/// <param name="read">Gives a block of a source by its place, or null when it is gone.</param>
internal sealed class SqliteSourceStream(Func<long, SourceBlock, CancellationToken, ValueTask<byte[]?>> read, long source, long size) : BlockStream(SourceBlock.Octets, size)
{
    protected override ValueTask<byte[]?> ReadBlockAsync(long number, CancellationToken cancellation) => read(source, new SourceBlock(number), cancellation);
}
