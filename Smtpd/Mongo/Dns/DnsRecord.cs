namespace Smtpd.Mongo.Dns;

/// <summary>The kinds of records that are asked for (RFC 1035 §3.2.2, RFC 2782).</summary>
internal enum DnsType : ushort
{
    CanonicalName = 5,
    Text = 16,
    Service = 33,
}

/// <summary>One record of an answer.</summary>
/// <param name="Text">The target of a service, or a text, of which the pieces are put together.</param>
/// <param name="Port">Of a service.</param>
/// <param name="TimeToLive">How long it may be believed without asking again.</param>
internal readonly record struct DnsRecord(DnsType Type, string Text, int Port, TimeSpan TimeToLive);
