using Smtpd.Mail;
using Smtpd.Storage.Reading;

namespace Smtpd.Storage.Mongo;

/// <summary>A source that lies in GridFS.</summary>
internal sealed class MailFileStream(MailFiles files, MessageId file, long size) : BlockStream(MailFiles.ChunkOctets, size)
{
    protected override ValueTask<byte[]?> ReadBlockAsync(long number, CancellationToken cancellation) =>
        files.ReadAsync(file, (int)number, cancellation);
}
