namespace Smtpd.Network;

/// <summary>Decides which fields of a request reach the server behind the front.</summary>
internal static class HttpHeadFilter
{
    /// <summary>
    /// Fields for this connection alone (RFC 9110 §7.6.1), or that the relay writes itself. No websocket here speaks a subprotocol, and
    /// HttpListener would answer an offer with an empty one, which RFC 6455 §4.1 has clients take for a fault.
    /// </summary>
    private static readonly string[] s_own = ["Connection", "Keep-Alive", "TE", "Upgrade", "Host", "Content-Length", "Transfer-Encoding", "Expect", "Sec-WebSocket-Protocol"];

    /// <summary>
    /// Fields that access depends on. RFC 9110 §7.6.1 forbids a client to name such a field in Connection; one that does
    /// so behind a careless proxy would take away the proxy's own mark and look like a local client.
    /// </summary>
    private static readonly string[] s_kept = ["Forwarded", "Via", "X-Real-IP", "Authorization", "Cookie", "Origin", "Referer"];

    /// <summary>The fields to pass on. Repeated ones are joined to one value (RFC 9110 §5.3), so that none hides another.</summary>
    public static IReadOnlyList<HttpHeadField> PassedOn(IReadOnlyList<HttpHeadField> fields)
    {
        var named = fields.Where(field => field.Is("Connection")).SelectMany(field => field.Members()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var joined = new Dictionary<string, HttpHeadField>(StringComparer.OrdinalIgnoreCase);
        var order = new List<string>();
        foreach (HttpHeadField field in fields)
        {
            if (Begins(field, "Proxy-") || Begins(field, HttpRelayFields.Prefix) || s_own.Any(field.Is)) continue;
            if (named.Contains(field.Name) && !IsKept(field)) continue;
            if (joined.TryGetValue(field.Name, out HttpHeadField earlier))
            {
                // Cookie is the one field whose list is not comma-separated (RFC 6265 §4.2.1).
                joined[field.Name] = earlier with { Value = earlier.Value + (field.Is("Cookie") ? "; " : ", ") + field.Value };
                continue;
            }
            joined[field.Name] = field;
            order.Add(field.Name);
        }
        return [.. order.Select(name => joined[name])];
    }

    private static bool IsKept(HttpHeadField field) => s_kept.Any(field.Is) || Begins(field, "X-Forwarded-") || Begins(field, "Sec-");

    private static bool Begins(HttpHeadField field, string prefix) => field.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
}
