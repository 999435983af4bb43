using System.Text;

namespace Smtpd.Network;

/// <summary>The first line of a request (RFC 9112 §3).</summary>
/// <param name="Target">Origin-form or <c>*</c>; an absolute-form target is already reduced.</param>
/// <param name="Authority">Host and port of an absolute-form target, which then replaces the Host field (RFC 9112 §3.2.2).</param>
internal sealed record HttpHeadRequestLine(string Method, string Target, int MinorVersion, string? Authority)
{
    /// <param name="line">The line without its end.</param>
    /// <param name="parsed">Set when there is no refusal.</param>
    public static HttpHeadRefusal? Parse(ReadOnlySpan<byte> line, out HttpHeadRequestLine? parsed)
    {
        parsed = null;
        // Exactly two single spaces: lenient splitting is how two readers come to see two requests (RFC 9112 §11.2).
        int first = line.IndexOf((byte)' ');
        int last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1) return HttpHeadRefusal.RequestLine;
        ReadOnlySpan<byte> method = line[..first], target = line[(first + 1)..last], version = line[(last + 1)..];
        if (method.IndexOfAnyExcept(HttpHeadGrammar.TokenOctets) >= 0) return HttpHeadRefusal.RequestLine;
        if (target.IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0 || target.Contains((byte)'#')) return HttpHeadRefusal.RequestLine;

        if (version is not [(byte)'H', (byte)'T', (byte)'T', (byte)'P', (byte)'/', >= (byte)'0' and <= (byte)'9', (byte)'.', >= (byte)'0' and <= (byte)'9'])
            return HttpHeadRefusal.RequestLine;
        if (version[5] != '1' || version[7] > '1') return HttpHeadRefusal.Version;
        if (method.SequenceEqual("CONNECT"u8)) return HttpHeadRefusal.Connect;

        string? authority = null;
        string text = Encoding.ASCII.GetString(target);
        if (text[0] != '/' && !(text == "*" && method.SequenceEqual("OPTIONS"u8)) && !TryReduce(ref text, out authority)) return HttpHeadRefusal.RequestLine;
        parsed = new HttpHeadRequestLine(Encoding.ASCII.GetString(method), text, version[7] - '0', authority);
        return null;
    }

    private static bool TryReduce(ref string target, out string? authority)
    {
        authority = null;
        int scheme = target.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7 : target.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8 : 0;
        if (scheme == 0) return false;
        int end = target.AsSpan(scheme).IndexOfAny('/', '?');
        end = end < 0 ? target.Length : scheme + end;
        authority = target[scheme..end];
        if (authority.Length == 0 || !HttpHeadGrammar.IsHost(authority)) return false;
        string rest = target[end..];
        target = rest.StartsWith('/') ? rest : "/" + rest;
        return true;
    }
}
