namespace Smtpd.Web;

/// <summary>The octets that follow a request's head.</summary>
internal sealed class HttpRequestBody(Stream input)
{
    /// <summary>Reads all of it.</summary>
    /// <returns>Null when there are more than <paramref name="limit"/> octets.</returns>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(int limit, CancellationToken cancellation)
    {
        byte[] octets = new byte[1024];
        int held = 0;
        while (await input.ReadAsync(octets.AsMemory(held), cancellation) is > 0 and int count)
        {
            held += count;
            if (held > limit) return null;
            if (held == octets.Length) Array.Resize(ref octets, octets.Length * 2);
        }
        return octets.AsMemory(0, held);
    }
}
