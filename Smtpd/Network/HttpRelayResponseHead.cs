using System.Buffers.Text;

namespace Smtpd.Network;

/// <summary>What the relay must know of an answer: where it ends, and that Smtpd made it.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Octets">Size of the head.</param>
/// <param name="ContentLength">Octets of the body; null when the end of the connection ends it.</param>
/// <param name="IsMarked">True when it carries <see cref="WebFrontSecurity.Mark"/>.</param>
/// <param name="Framing">Value of <see cref="HttpRelayFields.Framing"/>; null when it is absent, and the head fit to be passed on as it is.</param>
internal sealed record HttpRelayResponseHead(int Status, int Octets, long? ContentLength, bool IsMarked, string? Framing)
{
    /// <summary>100 and 103 come before the answer proper; 101 is one (RFC 9110 §15.2).</summary>
    public bool IsInterim => Status is >= 100 and < 200 and not 101;

    /// <summary>Octets of the body that this answer has to that request (RFC 9112 §6.3); null when only the connection's end tells.</summary>
    public long? BodyAfter(HttpHead request) => request.IsHead || Status is 204 or 304 ? 0 : Framing is not null ? null : ContentLength;

    /// <summary>The head for the client when there is a <see cref="Framing"/>.</summary>
    /// <param name="head">The head as it was received.</param>
    public byte[] Reframe(ReadOnlySpan<byte> head)
    {
        byte[] text = new byte[head.Length + 32];
        int written = 0;
        while (head.IndexOf("\r\n"u8) is > 0 and int lineEnd)
        {
            ReadOnlySpan<byte> line = head[..(lineEnd + 2)];
            head = head[line.Length..];
            ReadOnlySpan<byte> name = line[..Math.Max(0, line.IndexOf((byte)':'))];
            if (System.Text.Ascii.EqualsIgnoreCase(name, "Content-Length"u8) || System.Text.Ascii.EqualsIgnoreCase(name, HttpRelayFields.Framing)) continue;
            line.CopyTo(text.AsSpan(written));
            written += line.Length;
        }
        ReadOnlySpan<byte> end = Framing == "chunked" ? "Transfer-Encoding: chunked\r\n\r\n"u8 : "\r\n"u8;
        end.CopyTo(text.AsSpan(written));
        return text[..(written + end.Length)];
    }

    /// <returns>Null while the head is incomplete or when it is none.</returns>
    public static HttpRelayResponseHead? Parse(ReadOnlySpan<byte> received)
    {
        int end = received.IndexOf("\r\n\r\n"u8);
        if (end < "HTTP/1.1 200"u8.Length || !received.StartsWith("HTTP/1."u8) || !Utf8Parser.TryParse(received[9..end], out int status, out int digits) || digits != 3) return null;
        ReadOnlySpan<byte> rest = received[..(end + 2)];
        long? length = null;
        bool marked = false;
        string? framing = null;
        while (rest.IndexOf("\r\n"u8) is > 0 and int lineEnd)
        {
            ReadOnlySpan<byte> line = rest[..lineEnd];
            rest = rest[(lineEnd + 2)..];
            int colon = line.IndexOf((byte)':');
            if (colon < 0) continue;
            ReadOnlySpan<byte> name = line[..colon];
            if (System.Text.Ascii.EqualsIgnoreCase(name, "Content-Length"u8) && Utf8Parser.TryParse(line[(colon + 1)..].Trim((byte)' '), out long octets, out _)) length = octets;
            else if (System.Text.Ascii.EqualsIgnoreCase(name, WebFrontSecurity.Mark)) marked = true;
            else if (System.Text.Ascii.EqualsIgnoreCase(name, HttpRelayFields.Framing)) framing = System.Text.Encoding.ASCII.GetString(line[(colon + 1)..].Trim((byte)' '));
        }
        return new HttpRelayResponseHead(status, end + 4, length, marked, framing);
    }
}
