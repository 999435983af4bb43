using System.Globalization;
using System.Text;

namespace Smtpd.Network;

/// <summary>
/// Reads a complete request head by RFC 9112 to the letter. Where the RFC lets a server be lenient, this one refuses: what
/// is read in two ways by two programs is how requests are smuggled (RFC 9112 §11.2).
/// </summary>
internal static class HttpHeadParser
{
    /// <summary>Digits of a Content-Length: what fits a 64-bit number without a thought about overflow.</summary>
    private const int LengthDigits = 18;

    /// <param name="head">From the request line to the empty line, as <see cref="HttpHeadScanner"/> found it: every line ends in CRLF, no control octets.</param>
    /// <param name="parsed">Set when there is no refusal.</param>
    public static HttpHeadRefusal? Parse(ReadOnlySpan<byte> head, out HttpHead? parsed)
    {
        parsed = null;
        int end = head.IndexOf("\r\n"u8);
        if (HttpHeadRequestLine.Parse(head[..end], out HttpHeadRequestLine? request) is { } refusal) return refusal;
        head = head[(end + 2)..];

        var fields = new List<HttpHeadField>();
        while ((end = head.IndexOf("\r\n"u8)) > 0)
        {
            ReadOnlySpan<byte> line = head[..end];
            head = head[(end + 2)..];
            int colon = line.IndexOf((byte)':');
            // Catches obs-fold (§5.2) and white space before the colon (§5.1) too: neither is a token.
            if (colon <= 0 || line[..colon].IndexOfAnyExcept(HttpHeadGrammar.TokenOctets) >= 0) return HttpHeadRefusal.FieldLine;
            fields.Add(new HttpHeadField(Encoding.ASCII.GetString(line[..colon]), Encoding.Latin1.GetString(line[(colon + 1)..].Trim(" \t"u8))));
        }
        return Judge(request!, fields, out parsed);
    }

    private static HttpHeadRefusal? Judge(HttpHeadRequestLine request, List<HttpHeadField> fields, out HttpHead? parsed)
    {
        parsed = null;
        string[] hosts = Values(fields, "Host");
        if (hosts.Length > 1 || (hosts.Length == 0 && request.MinorVersion == 1) || !hosts.All(HttpHeadGrammar.IsHost)) return HttpHeadRefusal.Hosts;

        string[] lengths = Values(fields, "Content-Length"), codings = Values(fields, "Transfer-Encoding");
        if (lengths.Length + codings.Length > 1) return HttpHeadRefusal.Framing;
        long length = 0;
        if (lengths is [string digits] && !TryParseLength(digits, out length)) return HttpHeadRefusal.Framing;
        // An HTTP/1.0 client cannot know about chunks: something between it and us is broken (RFC 9112 §6.1).
        if (codings is [string coding] && (request.MinorVersion == 0 || !coding.Equals("chunked", StringComparison.OrdinalIgnoreCase))) return HttpHeadRefusal.Framing;

        string[] expectations = Values(fields, "Expect");
        if (expectations.Any(one => !one.Equals("100-continue", StringComparison.OrdinalIgnoreCase))) return HttpHeadRefusal.Expectation;

        bool hasBody = codings.Length > 0 || length > 0;
        parsed = new HttpHead(
            request.Method,
            request.Target,
            request.MinorVersion,
            request.Authority ?? hosts.FirstOrDefault(),
            HttpHeadFilter.PassedOn(fields),
            length,
            codings.Length > 0,
            // HTTP/1.0 knows no 100; without a body there is nothing to continue with (RFC 9110 §10.1.1).
            expectations.Length > 0 && request.MinorVersion == 1 && hasBody,
            request is { Method: "GET", MinorVersion: 1 } && !hasBody && Names(fields, "Connection", "upgrade") && Names(fields, "Upgrade", "websocket"));
        return null;
    }

    private static string[] Values(List<HttpHeadField> fields, string name) => [.. fields.Where(field => field.Is(name)).Select(field => field.Value)];

    private static bool Names(List<HttpHeadField> fields, string name, string member) =>
        fields.Any(field => field.Is(name) && field.Members().Contains(member, StringComparer.OrdinalIgnoreCase));

    private static bool TryParseLength(string digits, out long length) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out length) && digits.Length <= LengthDigits;
}
