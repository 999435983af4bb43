using System.Globalization;
using System.Net;
using System.Text;
using Smtpd.Mail.Unicode;

namespace Smtpd.Configuration;

/// <summary>Turns the text of options into values, or says what is wrong with it (<see cref="Problems"/>).</summary>
internal static class OptionText
{
    /// <summary>RFC 1035 §2.3.4.</summary>
    private const int LongestDomain = 255;

    /// <summary>The entries of an option's list, blanks and empty entries left out.</summary>
    public static IReadOnlyList<string> Entries(IReadOnlyList<string> items, bool isList)
    {
        IEnumerable<string> entries = isList ? items : items.SelectMany(text => text.Split(','));
        return [.. entries.Select(entry => entry.Trim()).Where(entry => entry.Length > 0)];
    }

    /// <summary>What is wrong with one text (for lists: one entry) of the option, or null when nothing is.</summary>
    public static string? Problem(OptionDefinition option, string text)
    {
        if (text.Any(one => char.IsControl(one) && !(one == '\n' && option.Kind == OptionKind.Pattern))) return Problems.ControlCharacter(text);
        string? problem = null;
        switch (option.Kind)
        {
            case OptionKind.Number: TryNumber(text, option.Min, option.Max, out _, out problem); break;
            case OptionKind.Boolean: TryBoolean(text, out _, out problem); break;
            case OptionKind.Choice: TryChoice(text, option.Choices, out _, out problem); break;
            case OptionKind.Address: TryAddress(text, out _, out problem); break;
            case OptionKind.Networks: TryNetwork(text, out _, out problem); break;
            case OptionKind.Listeners: TryListener(text, out _, out problem); break;
            case OptionKind.Origins: TryOrigin(text, out _, out problem); break;
            case OptionKind.Domain: problem = IsDomain(text, asciiOnly: true) ? null : Problems.NotADomain(text); break;
            case OptionKind.Hosts: problem = IsHost(text) ? null : Problems.NotAHost(text); break;
            case OptionKind.Pattern: PatternText.TryCompile(text, out _, out problem); break;
            case OptionKind.UrlPath: problem = IsUrlPath(text) ? null : Problems.NotAUrlPath(text); break;
            case OptionKind.Text or OptionKind.Secret or OptionKind.File: break;
        }
        return problem;
    }

    public static bool TryNumber(string text, long min, long max, out long number, out string? problem)
    {
        string digits = text.Trim();
        bool parsed = long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
        problem = !parsed && !IsWholeNumber(text) ? Problems.NotAWholeNumber(text)
            : !parsed || number < min || number > max ? Problems.OutOfRange(digits, min, max)
            : null;
        return problem is null;
    }

    /// <summary>True for digits with or without a sign, however many.</summary>
    public static bool IsWholeNumber(string text)
    {
        ReadOnlySpan<char> digits = text.AsSpan().Trim();
        if (digits.Length > 0 && digits[0] is '+' or '-') digits = digits[1..];
        return digits.Length > 0 && digits.IndexOfAnyExceptInRange('0', '9') < 0;
    }

    public static bool TryBoolean(string text, out bool value, out string? problem)
    {
        string word = text.Trim().ToLowerInvariant();
        value = word is "t" or "true" or "y" or "yes" or "on" or "1";
        problem = value || word is "f" or "false" or "n" or "no" or "off" or "0" ? null : Problems.NotABoolean(text);
        return problem is null;
    }

    /// <summary>The choice as the table writes it, whatever the case of the text.</summary>
    public static bool TryChoice(string text, IReadOnlyList<string> choices, out string choice, out string? problem)
    {
        choice = choices.FirstOrDefault(one => one.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase)) ?? "";
        problem = choice.Length > 0 ? null : Problems.NotAChoice(text, choices);
        return problem is null;
    }

    /// <summary>An IP address in its usual form; <c>127.1</c>, <c>010.0.0.1</c> and other readings of inet_aton(3) are none.</summary>
    public static bool TryAddress(string text, out IPAddress address, out string? problem)
    {
        string trimmed = text.Trim();
        bool plain = trimmed.IndexOfAny(['[', ']', '/']) < 0;
        bool parsed = IPAddress.TryParse(trimmed, out IPAddress? read) && plain && (trimmed.Contains(':') || read.ToString() == trimmed);
        address = parsed ? read! : IPAddress.None;
        problem = parsed ? null : Problems.NotAnAddress(text);
        return parsed;
    }

    /// <summary>An address or a network; an IPv4 address that is mapped into IPv6 becomes an IPv4 one, as clients' addresses do.</summary>
    public static bool TryNetwork(string text, out IPNetwork network, out string? problem)
    {
        network = default;
        problem = Problems.NotANetwork(text);
        string trimmed = text.Trim();
        int slash = trimmed.IndexOf('/');
        if (!TryAddress(slash < 0 ? trimmed : trimmed[..slash], out IPAddress address, out _) || trimmed.Contains('%')) return false;
        int bits = address.GetAddressBytes().Length * 8;
        int prefix = bits;
        if (slash >= 0 && (!int.TryParse(trimmed.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bits)) return false;
        if (address.IsIPv4MappedToIPv6 && prefix >= 96)
        {
            address = address.MapToIPv4();
            prefix -= 96;
        }

        IPAddress start = Masked(address, prefix);
        if (!start.Equals(address))
        {
            problem = Problems.BitsBeyondPrefix(text, $"{start}/{prefix}");
            return false;
        }
        network = new IPNetwork(address, prefix);
        problem = null;
        return true;
    }

    /// <summary>
    /// <c>address:port</c>, IPv6 in brackets, then perhaps <c>tls</c> and <c>proxy</c>. As in Go's net.Listen no address means all of them;
    /// <c>localhost</c> is 127.0.0.1, for nothing is looked up here.
    /// </summary>
    public static bool TryListener(string text, out ListenAddress listener, out string? problem)
    {
        listener = new ListenAddress(new IPEndPoint(IPAddress.Loopback, 0), ImplicitTls: false);
        problem = Problems.NotAListener(text);
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return false;
        bool tls = words.Skip(1).Contains("tls", StringComparer.OrdinalIgnoreCase);
        bool proxy = words.Skip(1).Contains("proxy", StringComparer.OrdinalIgnoreCase);
        if (words.Length != 1 + (tls ? 1 : 0) + (proxy ? 1 : 0)) return false;

        int colon = words[0].LastIndexOf(':');
        if (colon < 0) return false;
        string host = words[0][..colon];
        string port = words[0][(colon + 1)..];
        if (!TryNumber(port, 0, ushort.MaxValue, out long number, out string? wrongPort) || port[0] is '+' or '-')
        {
            if (wrongPort is not null && port.Length > 0 && char.IsAsciiDigit(port[0])) problem = wrongPort;
            return false;
        }

        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (bracketed) host = host[1..^1];
        IPAddress? address = host switch
        {
            "" or "*" when !bracketed => System.Net.Sockets.Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any,
            "localhost" when !bracketed => IPAddress.Loopback,
            _ => TryAddress(host, out IPAddress read, out _) && host.Contains(':') == bracketed ? read : null,
        };
        if (address is null) return false;
        listener = new ListenAddress(new IPEndPoint(address, (int)number), tls, proxy);
        problem = null;
        return true;
    }

    /// <summary>
    /// An origin as browsers write it: a default port left out, the host in small letters and A-labels. <c>*</c> is none: every page
    /// that somebody opens on this computer could then read the mail that this computer may read.
    /// </summary>
    public static bool TryOrigin(string text, out string origin, out string? problem)
    {
        string trimmed = text.Trim();
        bool parsed = Uri.TryCreate(trimmed, UriKind.Absolute, out Uri? page) && page.Scheme is "http" or "https" && page.UserInfo.Length == 0 && page.IdnHost.Length > 0
            && page.PathAndQuery == "/" && page.Fragment.Length == 0 && !trimmed.EndsWith('/') && !trimmed.Contains('*', StringComparison.Ordinal);
        origin = !parsed ? "" : $"{page!.Scheme}://{(page.HostNameType == UriHostNameType.IPv6 ? page.Host : page.IdnHost).ToLowerInvariant()}{(page.IsDefaultPort ? "" : $":{page.Port.ToString(CultureInfo.InvariantCulture)}")}";
        problem = parsed ? null : trimmed == "*" ? Problems.AnyOrigin : Problems.NotAnOrigin(text);
        return parsed;
    }

    private static bool IsHost(string text)
    {
        if (text is "*" or ".") return true;
        bool below = text.StartsWith("*.", StringComparison.Ordinal) && !text.EndsWith(']');
        return IsDomain(below ? text[2..] : text, asciiOnly: false);
    }

    private static bool IsDomain(string text, bool asciiOnly)
    {
        if (text.Length is 0 or > LongestDomain) return false;
        if (text.StartsWith('[') && text.EndsWith(']'))
        {
            string literal = text[1..^1];
            return TryAddress(literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? literal[5..] : literal, out _, out _);
        }
        if (!asciiOnly && !Ascii.IsValid(text)) return DomainNames.ToAscii(text) is not null;
        return text.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_'));
    }

    private static bool IsUrlPath(string text) =>
        text.Length == 0 || (text[0] == '/' && text[^1] != '/' && !text.Contains("//", StringComparison.Ordinal)
            && text.All(one => char.IsAsciiLetterOrDigit(one) || one is '/' or '-' or '_' or '.' or '~')
            && !text.Split('/').Any(part => part is "." or ".."));

    private static IPAddress Masked(IPAddress address, int prefix)
    {
        byte[] octets = address.GetAddressBytes();
        for (int bit = prefix; bit < octets.Length * 8; bit++) octets[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPAddress(octets);
    }
}
