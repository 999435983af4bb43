using System.Net;
using Smtpd.Storage.Reading;

namespace Smtpd.Web;

/// <summary>The octets of a request's body, up to a limit. Whoever reads to the end has all of it, or an exception.</summary>
/// <param name="length">What Content-Length said; null for a body in chunks.</param>
/// <param name="isWhole">Whether the end has come; asked for chunks.</param>
/// <exception cref="RequestBodyException">By each read: there are more than <paramref name="limit"/>, or fewer than there should be.</exception>
internal sealed class RequestBodyStream(Stream input, long? length, Func<bool> isWhole, long limit) : ForwardStream
{
    private long _read;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        int count;
        try
        {
            count = await input.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception failure) when (failure is HttpListenerException or IOException or ObjectDisposedException or ProtocolViolationException)
        {
            throw RequestBodyException.CutShort(failure);
        }
        _read += count;
        if (_read > limit) throw RequestBodyException.TooLong(limit);
        // Half a body must never pass for a whole one: an empty one means "all messages" in some places.
        if (count == 0 && (length is { } announced ? _read < announced : !isWhole())) throw RequestBodyException.CutShort();
        return count;
    }

    protected override ValueTask CloseAsync() => ValueTask.CompletedTask;
}
