using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Smtpd.Mongo;

/// <summary>
/// Reads connection strings: <c>mongodb://user:password@host:port,host/database?option=value</c>, also without <c>mongodb://</c>, as the
/// original took them, and <c>mongodb+srv://</c>. No error and no warning shows a word of what may be a password: they name the place.
/// </summary>
internal static class ConnectionString
{
    private const string Scheme = "mongodb://";
    private const string SrvScheme = "mongodb+srv://";

    /// <summary>Far above every sensible string.</summary>
    private const int MostLetters = 16 * 1024;

    /// <param name="problem">Why it cannot be used, as the rest of a sentence that begins with where it stands.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out MongoConnectionSettings? settings, [NotNullWhen(false)] out string? problem)
    {
        settings = null;
        try
        {
            settings = Read(text);
            problem = null;
            return true;
        }
        catch (ConnectionStringException wrong)
        {
            problem = wrong.Message;
            return false;
        }
    }

    private static MongoConnectionSettings Read(string text)
    {
        if (text.Length > MostLetters) throw new ConnectionStringException($"longer than {MostLetters} letters");
        bool isSrv = text.StartsWith(SrvScheme, StringComparison.OrdinalIgnoreCase);
        string rest = isSrv ? text[SrvScheme.Length..] : text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..] : text;
        int question = rest.IndexOf('?');
        string query = question < 0 ? "" : rest[(question + 1)..];
        string front = question < 0 ? rest : rest[..question];
        int slash = front.IndexOf('/');
        string authority = slash < 0 ? front : front[..slash];
        if (rest.Length == text.Length && front.Contains("://", StringComparison.Ordinal)) throw new ConnectionStringException("begins with neither mongodb:// nor mongodb+srv://");

        int at = authority.LastIndexOf('@');
        (string? user, string? password) = at < 0 ? (null, null) : ReadUser(authority[..at]);
        List<MongoHost> hosts = ReadHosts(authority[(at + 1)..], isSrv);
        string? database = slash < 0 ? null : ReadDatabase(front[(slash + 1)..]);
        // Behind an unescaped "?" in a password comes what looks like options and is not for showing.
        var options = ConnectionOptions.Split(query, namesMayBeShown: at >= 0 || !query.Contains('@'));
        return new ConnectionOptionReader(options).Read(hosts, isSrv, database, user, password);
    }

    private static (string User, string? Password) ReadUser(string text)
    {
        int colon = text.IndexOf(':');
        string name = colon < 0 ? text : text[..colon];
        string? password = colon < 0 ? null : text[(colon + 1)..];
        if (name.Length == 0) throw new ConnectionStringException("in front of the @ there is no user name");
        if (text.Contains('@')) throw new ConnectionStringException("the user name or the password holds an @, which is written %40");
        if (password?.Contains(':') == true) throw new ConnectionStringException("the password holds a colon, which is written %3A");
        return (Decode(name, "the user name"), password is null ? null : Decode(password, "the password"));
    }

    private static List<MongoHost> ReadHosts(string text, bool isSrv)
    {
        if (text.Length == 0) throw new ConnectionStringException("no host is named");
        string[] entries = text.Split(',');
        List<MongoHost> hosts = [];
        for (int i = 0; i < entries.Length; i++)
        {
            string place = $"host {i + 1}";
            if (!MongoHost.TryParse(Decode(entries[i], place), out MongoHost host, out string? problem))
                throw new ConnectionStringException($"{place}: {problem}; user names and passwords are percent-encoded, so that no colon, slash or @ stands in them");
            if (!hosts.Contains(host)) hosts.Add(host);
        }
        if (!isSrv) return hosts;
        if (entries.Length > 1) throw new ConnectionStringException("mongodb+srv takes one name, not several");
        if (entries[0].Contains(':') || hosts[0].IsSocket) throw new ConnectionStringException("mongodb+srv takes a name without a port");
        return hosts;
    }

    private static string? ReadDatabase(string text)
    {
        if (text.AsSpan().ContainsAny('/', '@')) throw new ConnectionStringException("the database's name holds a slash or an @; a slash in a user name or password is written %2F");
        return text.Length == 0 ? null : Decode(text, "the database's name");
    }

    /// <summary>Undoes percent-encoding (RFC 3986 §2.1). A plus sign stays what it is.</summary>
    internal static string Decode(string text, string place)
    {
        if (!text.Contains('%')) return text;
        byte[] octets = Encoding.UTF8.GetBytes(text);
        int length = 0;
        for (int i = 0; i < octets.Length; i++, length++)
        {
            if (octets[i] != '%') octets[length] = octets[i];
            else if (i + 2 < octets.Length && byte.TryParse(octets.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octets[length])) i += 2;
            else throw new ConnectionStringException($"{place}: a percent sign that no two hexadecimal digits follow; itself it is written %25");
        }
        ReadOnlySpan<byte> decoded = octets.AsSpan(0, length);
        return System.Text.Unicode.Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : throw new ConnectionStringException($"{place}: what is percent-encoded is no UTF-8");
    }
}
