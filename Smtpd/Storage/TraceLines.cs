using System.Net;
using System.Net.Sockets;
using Smtpd.Mail;
using Smtpd.Network;
using Smtpd.Operations;

namespace Smtpd.Storage;

/// <summary>Writes the lines that a receiver puts in front of a message: Return-Path and Received (RFC 5321 §4.4).</summary>
internal static class TraceLines
{
    private static readonly string[] _days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    private static readonly string[] _months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <summary>More than the lines ever take: two paths, three names and the fixed text.</summary>
    private const int MostOctets = 2560;

    /// <summary>Letters of a client certificate's name: it may be as long as its owner likes.</summary>
    private const int MostOfName = 128;

    /// <summary>Writes the lines with a place for the id, which is given when the message joins the store's queue.</summary>
    /// <param name="tls">How the message came in; null for in clear.</param>
    /// <param name="protocol">The <c>with</c> keyword of RFC 3848.</param>
    /// <param name="name">The client's name as a trusted proxy has found it; null for none.</param>
    public static void Write(MessageBody body, Envelope envelope, string helo, IPAddress client, string domain, string protocol, DateTimeOffset now, TlsState? tls = null, string? name = null)
    {
        // Without the scope that a link-local address has on this machine: a literal has no place for it (RFC 5321 §4.1.3).
        bool isIPv6 = client.AddressFamily == AddressFamily.InterNetworkV6;
        if (isIPv6 && client.ScopeId != 0) client = new IPAddress(client.GetAddressBytes());
        body.MakeRoom(MostOctets);
        string called = name is null ? "" : Safe(name) + " ";
        // A proxy that does not say for whom it speaks leaves no address to write down.
        if (client.Equals(IPAddress.Any)) Append(body, $"Return-Path: <{envelope.ReversePath}>\r\nReceived: from {Safe(helo)} ({called}unknown){Describe(tls)}\r\n\tby {domain} (Smtpd) with {protocol} id ");
        else Append(body, $"Return-Path: <{envelope.ReversePath}>\r\nReceived: from {Safe(helo)} ({called}[{(isIPv6 ? "IPv6:" : "")}{client}]){Describe(tls)}\r\n\tby {domain} (Smtpd) with {protocol} id ");
        body.MarkId();
        Append(body, $"000000000000000000000000");
        // A recipient is named only when he is alone: the others of an envelope are not his to know.
        if (envelope.Recipients.Count == 1) Append(body, $"\r\n\tfor <{envelope.Recipients[0]}>");
        Append(body, $";\r\n\t{_days[(int)now.DayOfWeek]}, {now.Day} {_months[now.Month - 1]} {now.Year:D4} {now.Hour:D2}:{now.Minute:D2}:{now.Second:D2} +0000\r\n");
    }

    /// <summary>Keeps a line of the header for what will be known at the message's end.</summary>
    public static void ReserveSpamFlag(MessageBody body)
    {
        body.MakeRoom(MostOctets);
        body.Append("X-Spam-Flag: "u8);
        body.AppendFlag("NO "u8);
        body.Append("\r\n"u8);
    }

    /// <summary>Fills that line.</summary>
    public static void FlagSpam(MessageBody body) => body.SetFlag("YES"u8);

    private static string Describe(TlsState? tls)
    {
        if (tls is null) return "";
        string client = tls.ClientNames is [string name, ..] ? $"; client {Safe(name.Length > MostOfName ? name[..MostOfName] : name)}" : "";
        return $"\r\n\t(using {tls.Version} with cipher {tls.Cipher}{client})";
    }

    private static void Append(MessageBody body, Utf8Line text)
    {
        body.Append(text.Octets);
        text.Dispose();
    }

    /// <summary>A name given in HELO as it may stand in a header: what could be read as a comment or another field is replaced.</summary>
    private static string Safe(string helo)
    {
        foreach (char letter in helo)
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or ':' or '[' or ']') continue;
            return string.Concat(helo.Select(one => char.IsAsciiLetterOrDigit(one) || one is '.' or '-' or '_' or ':' or '[' or ']' ? one : '?'));
        }
        return helo;
    }
}
