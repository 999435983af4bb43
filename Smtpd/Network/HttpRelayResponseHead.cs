using System.Buffers.Text;

namespace Smtpd.Network;

/// <summary>What the relay must know of an answer: where it ends, and that Smtpd made it.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Octets">Size of the head.</param>
/// <param name="ContentLength">Octets of the body; null when the end of the connection ends it.</param>
/// <param name="IsMarked">True when it carries <see cref="WebFrontSecurity.Mark"/>.</param>
internal sealed record HttpRelayResponseHead(int Status, int Octets, long? ContentLength, bool IsMarked)
{
    /// <summary>100 and 103 come before the answer proper; 101 is one (RFC 9110 §15.2).</summary>
    public bool IsInterim => Status is >= 100 and < 200 and not 101;

    /// <summary>Octets of the body that this answer has to that request (RFC 9112 §6.3); null when only the connection's end tells.</summary>
    public long? BodyAfter(HttpHead request) => request.IsHead || Status is 204 or 304 ? 0 : ContentLength;

    /// <returns>Null while the head is incomplete or when it is none.</returns>
    public static HttpRelayResponseHead? Parse(ReadOnlySpan<byte> received)
    {
        int end = received.IndexOf("\r\n\r\n"u8);
        if (end < "HTTP/1.1 200"u8.Length || !received.StartsWith("HTTP/1."u8) || !Utf8Parser.TryParse(received[9..end], out int status, out int digits) || digits != 3) return null;
        ReadOnlySpan<byte> rest = received[..(end + 2)];
        long? length = null;
        bool marked = false;
        while (rest.IndexOf("\r\n"u8) is > 0 and int lineEnd)
        {
            ReadOnlySpan<byte> line = rest[..lineEnd];
            rest = rest[(lineEnd + 2)..];
            int colon = line.IndexOf((byte)':');
            if (colon < 0) continue;
            ReadOnlySpan<byte> name = line[..colon];
            if (System.Text.Ascii.EqualsIgnoreCase(name, "Content-Length"u8) && Utf8Parser.TryParse(line[(colon + 1)..].Trim((byte)' '), out long octets, out _)) length = octets;
            else if (System.Text.Ascii.EqualsIgnoreCase(name, WebFrontSecurity.Mark)) marked = true;
        }
        return new HttpRelayResponseHead(status, end + 4, length, marked);
    }
}
