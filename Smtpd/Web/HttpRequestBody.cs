namespace Smtpd.Web;

/// <summary>The octets that follow a request's head; they are read once, by whoever wants them.</summary>
/// <param name="length">What Content-Length said; null for a body in chunks, 0 for none.</param>
/// <param name="isWhole">Whether the end of a body in chunks has come.</param>
/// <param name="wanted">Called when somebody begins to read.</param>
internal sealed class HttpRequestBody(Stream input, long? length, Func<bool> isWhole, Action wanted)
{
    /// <summary>A stream over all of it, which holds nothing back: memory does not follow the body's size.</summary>
    /// <param name="limit">Octets; reading beyond them throws.</param>
    /// <exception cref="RequestBodyException">The head said already that there are more; or, by a read, there are.</exception>
    public Stream OpenRead(long limit)
    {
        if (length > limit) throw RequestBodyException.TooLong(limit);
        wanted();
        return new RequestBodyStream(input, length, isWhole, limit);
    }

    /// <summary>Reads all of it.</summary>
    /// <exception cref="RequestBodyException">There are more than <paramref name="limit"/> octets, or fewer than the head said.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(int limit, CancellationToken cancellation)
    {
        await using Stream body = OpenRead(limit);
        byte[] octets = new byte[Math.Max(1024, (int)(length ?? 0) + 1)];
        int held = 0;
        while (await body.ReadAsync(octets.AsMemory(held), cancellation) is > 0 and int count)
        {
            held += count;
            if (held == octets.Length) Array.Resize(ref octets, octets.Length * 2);
        }
        return octets.AsMemory(0, held);
    }
}
