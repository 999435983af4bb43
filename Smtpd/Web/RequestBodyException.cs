namespace Smtpd.Web;

/// <summary>The body of a request is not to be had; <see cref="Router"/> makes the answer of it.</summary>
/// <param name="status">400 or 413.</param>
/// <param name="message">What the client is told: a sentence of our own.</param>
internal sealed class RequestBodyException(int status, string message, Exception? cause = null) : Exception(message, cause)
{
    public int Status { get; } = status;

    public static RequestBodyException TooLong(long limit) => new(413, $"The body must not be longer than {limit} octets.");

    public static RequestBodyException CutShort(Exception? cause = null) => new(400, "The body ended before it was complete, or is not in chunks as it says.", cause);
}
