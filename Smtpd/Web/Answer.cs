using Smtpd.Network;

namespace Smtpd.Web;

/// <summary>What a handler gives back. Security fields are added to every one, the body is left away for HEAD.</summary>
/// <param name="status">The status code (RFC 9110 §15).</param>
/// <param name="contentType">Value of Content-Type.</param>
/// <param name="length">Octets of the body; null when they are known only at its end.</param>
internal abstract class Answer(int status, string contentType, long? length) : IAsyncDisposable
{
    public int Status { get; } = status;
    public string ContentType { get; } = contentType;
    public long? Length { get; } = length;

    /// <summary>Fields beyond the usual ones. Values hold no text of a mail or a request.</summary>
    public IReadOnlyList<HttpHeadField> Fields { get; set; } = [];

    /// <summary>
    /// What changes whenever an octet of the body does (RFC 9110 §8.8.3), without quotes, of letters, digits and <c>-./</c>; null for
    /// answers that are made anew each time.
    /// </summary>
    public string? EntityTag { get; init; }

    /// <summary>When what is answered came to be as it is (RFC 9110 §8.8.2).</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>
    /// False for a body that holds a secret of ours, such as the token of a form: its compressed size tells of it what is repeated
    /// beside it.
    /// </summary>
    public bool MayBeCompressed { get; init; } = true;

    /// <summary>True when pieces of the body can be written (<see cref="WritePieceAsync"/>).</summary>
    public virtual bool HasPieces => false;

    /// <summary>Writes exactly <see cref="Length"/> octets, where that is known, or throws.</summary>
    public abstract Task WriteBodyAsync(Stream output, CancellationToken cancellation);

    /// <summary>Writes a piece of the body; called at most once, and then instead of <see cref="WriteBodyAsync"/>.</summary>
    public virtual Task WritePieceAsync(Stream output, long first, long count, CancellationToken cancellation) =>
        throw new NotSupportedException("This answer has no pieces.");

    public abstract ValueTask DisposeAsync();
}
