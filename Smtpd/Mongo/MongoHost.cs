using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Smtpd.Mongo;

/// <summary>
/// Where a MongoDB server listens, as connection strings and replica sets name it: a name in lower case, an IP address, or the path of
/// a Unix socket.
/// </summary>
/// <param name="Name">Without brackets where it is an IPv6 address.</param>
/// <param name="Port">1 to 65535; 0 for a Unix socket.</param>
internal readonly record struct MongoHost(string Name, int Port)
{
    public const int DefaultPort = 27017;

    private const string SocketEnd = ".sock";

    private static readonly SearchValues<char> NeverInNames = SearchValues.Create(" @?#[]\\\"");

    /// <summary>True when <see cref="Name"/> is the path of a Unix socket.</summary>
    public bool IsSocket => Port == 0;

    /// <summary>Reads <c>name</c>, <c>name:port</c>, <c>[address]:port</c> or a path that ends in <c>.sock</c>. Nothing is percent-encoded in it.</summary>
    /// <param name="problem">Why it is none, without a word of it: what was meant for a password may stand there.</param>
    public static bool TryParse(string text, out MongoHost host, [NotNullWhen(false)] out string? problem)
    {
        host = default;
        if (text.Contains('/'))
        {
            problem = text.EndsWith(SocketEnd, StringComparison.Ordinal) ? null : "a path that does not end in .sock";
            if (problem is null) host = new MongoHost(text, 0);
            return problem is null;
        }
        int end = text.StartsWith('[') ? text.IndexOf(']') + 1 : text.IndexOf(':') is var colon and >= 0 ? colon : text.Length;
        string name = text[..end];
        bool hasPort = TryReadPort(text.AsSpan(end), out int port);
        problem = ProblemOf(name) ?? (hasPort ? null : "the port is not a number from 1 to 65535");
        if (problem is null) host = new MongoHost(name.Trim('[', ']').ToLowerInvariant(), port);
        return problem is null;
    }

    private static string? ProblemOf(string name)
    {
        if (name.Length == 0) return "there is no name";
        if (name.StartsWith('[')) return IPAddress.TryParse(name, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? null : "what is in brackets is no IPv6 address";
        return name.AsSpan().ContainsAny(NeverInNames) || name.AsSpan().ContainsAnyInRange('\0', '\u001F') ? "a letter that no name has" : null;
    }

    private static bool TryReadPort(ReadOnlySpan<char> text, out int port)
    {
        port = DefaultPort;
        if (text.IsEmpty) return true;
        return text[0] == ':' && int.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= ushort.MaxValue;
    }

    /// <summary>As replica sets write it: <c>name:port</c>, an IPv6 address in brackets.</summary>
    public override string ToString() =>
        IsSocket ? Name : Name.Contains(':') ? string.Create(CultureInfo.InvariantCulture, $"[{Name}]:{Port}") : string.Create(CultureInfo.InvariantCulture, $"{Name}:{Port}");
}
