namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>How a message travels in DATA (RFC 5321 §4.5.2).</summary>
internal static class Stuffing
{
    /// <summary>What the server must store of a message: the same octets, ended by CRLF.</summary>
    public static byte[] Complete(byte[] source) => source.AsSpan().EndsWith("\r\n"u8) ? source : [.. source, .. "\r\n"u8];

    /// <summary>The octets on the wire: a dot doubled at the start of every line, and the final dot.</summary>
    public static byte[] Stuff(byte[] source)
    {
        source = Complete(source);
        var wire = new List<byte>(source.Length + 16);
        bool atStart = true;
        for (int i = 0; i < source.Length; i++)
        {
            if (atStart && source[i] == '.') wire.Add((byte)'.');
            wire.Add(source[i]);
            atStart = source[i] == '\n' && i > 0 && source[i - 1] == '\r';
        }
        wire.AddRange(".\r\n"u8);
        return [.. wire];
    }
}
