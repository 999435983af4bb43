using Smtpd.Network;

namespace Smtpd.Web;

/// <summary>What a handler gives back. Security fields are added to every one, the body is left away for HEAD.</summary>
/// <param name="status">The status code (RFC 9110 §15).</param>
/// <param name="contentType">Value of Content-Type.</param>
/// <param name="length">Octets of the body.</param>
internal abstract class Answer(int status, string contentType, long length) : IAsyncDisposable
{
    public int Status { get; } = status;
    public string ContentType { get; } = contentType;
    public long Length { get; } = length;

    /// <summary>Fields beyond the usual ones. Values hold no text of a mail or a request.</summary>
    public IReadOnlyList<HttpHeadField> Fields { get; init; } = [];

    /// <summary>Writes exactly <see cref="Length"/> octets or throws.</summary>
    public abstract Task WriteBodyAsync(Stream output, CancellationToken cancellation);

    public abstract ValueTask DisposeAsync();
}
