namespace Smtpd.Network;

/// <summary>One field line of a head (RFC 9112 §5): the name as written, the value without the white space around it, octets as Latin-1.</summary>
internal readonly record struct HttpHeadField(string Name, string Value)
{
    public bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The comma-separated members of the value (RFC 9110 §5.6.1), empty ones left out.</summary>
    public string[] Members() => Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
