using System.Net;

namespace Smtpd.Mime;

/// <summary>What one server on a message's way wrote into its Received field (RFC 5321 §4.4). What it did not say is empty.</summary>
/// <param name="From">Who sent: the name it gave of itself, or its address.</param>
/// <param name="Address">The sender's IP address, as the receiver saw it.</param>
/// <param name="Name">The sender's name, as the receiver looked it up.</param>
/// <param name="Helo">What the sender said in HELO, where that is told apart.</param>
/// <param name="By">Who received.</param>
/// <param name="With">The protocol, in capitals: <c>ESMTPS</c>.</param>
/// <param name="Via">The link, where one is named.</param>
/// <param name="Id">The receiver's own id of the message.</param>
/// <param name="For">The recipient.</param>
/// <param name="Tls">The version of TLS.</param>
/// <param name="Cipher">The cipher suite.</param>
internal sealed record TraceHop(string From, string Address, string Name, string Helo, string By, string With, string Via, string Id, string For, string Tls, string Cipher, DateTimeOffset? Date);

/// <summary>
/// Reads Received fields in the shapes that occur: servers put what they like between the words that the standard knows, and
/// most of what is worth knowing into comments.
/// </summary>
internal sealed class TraceReader
{
    /// <summary>Letters of a field that are read.</summary>
    private const int MostLetters = 4096;

    private static readonly char[] _betweenWords = [' ', '\t', ',', ';', '(', '\r', '\n'];
    private static readonly string[] _protocols = ["ESMTPSA", "ESMTPS", "ESMTPA", "ESMTP", "LMTPSA", "LMTPS", "LMTPA", "LMTP", "UTF8SMTPSA", "UTF8SMTPS", "UTF8SMTPA", "UTF8SMTP", "SMTPS", "SMTP", "HTTPS", "HTTP", "LOCAL"];

    private enum Clause { None, From, By, Via, With, Id, For }

    private Clause _clause;
    private string _from = "", _address = "", _name = "", _helo = "", _by = "", _with = "", _via = "", _id = "", _for = "", _tls = "", _cipher = "";

    private TraceReader()
    {
    }

    /// <param name="value">The field's value, unfolded.</param>
    public static TraceHop Read(string value)
    {
        if (value.Length > MostLetters) value = value[..MostLetters];
        var reader = new TraceReader();
        reader.ReadWords(value);
        int semicolon = value.LastIndexOf(';');
        DateTimeOffset? date = semicolon < 0 ? null : DateReader.Read(System.Text.Encoding.UTF8.GetBytes(value[(semicolon + 1)..]));
        return new TraceHop(reader._from, reader._address, reader._name, reader._helo, reader._by, reader._with, reader._via, reader._id, reader._for, reader._tls, reader._cipher, date);
    }

    private void ReadWords(string value)
    {
        for (int i = 0; i < value.Length;)
        {
            char letter = value[i];
            if (letter == '(')
            {
                int end = EndOfComment(value, i);
                TakeComment(value[(i + 1)..end]);
                i = end + 1;
            }
            else if (letter == ';')
            {
                _clause = Clause.None;
                i++;
            }
            else if (letter is ' ' or '\t' or ',' or ')' or '\r' or '\n') i++;
            else
            {
                int close = letter == '[' ? value.IndexOf(']', i) : i;
                int end = value.IndexOfAny(_betweenWords, close < 0 ? i : close);
                if (end < 0) end = value.Length;
                TakeWord(value[i..end]);
                i = Math.Max(end, i + 1);
            }
        }
    }

    /// <summary>Where the comment's last parenthesis is; comments nest (RFC 5322 §3.2.2).</summary>
    private static int EndOfComment(string value, int start)
    {
        int depth = 0;
        for (int i = start; i < value.Length; i++)
        {
            if (value[i] == '(') depth++;
            else if (value[i] == ')' && --depth == 0) return i;
        }
        return value.Length;
    }

    private void TakeWord(string word)
    {
        if (ClauseOf(word) is not Clause.None and var clause)
        {
            _clause = clause;
            return;
        }
        switch (_clause)
        {
            case Clause.From when _from.Length == 0:
                _from = AddressOf(word) is { Length: > 0 } address ? address : word.StartsWith('[') ? "" : word;
                break;
            case Clause.From:
                if (_address.Length == 0) _address = AddressOf(word);
                break;
            case Clause.By when _by.Length == 0:
                _by = AddressOf(word) is { Length: > 0 } own ? own : word;
                break;
            case Clause.Via when _via.Length == 0:
                _via = word;
                break;
            case Clause.With when _with.Length == 0:
                _with = word.Trim('[', ']').Split(' ').Select(ProtocolOf).FirstOrDefault(one => one.Length > 0) ?? "";
                break;
            case Clause.Id when _id.Length == 0:
                _id = word.Trim('<', '>');
                break;
            case Clause.For when _for.Length == 0 && word.Contains('@', StringComparison.Ordinal):
                _for = word.Trim('<', '>');
                break;
        }
    }

    private static Clause ClauseOf(string word) => word.Length > 4 ? Clause.None : word.ToLowerInvariant() switch
    {
        "from" => Clause.From,
        "by" => Clause.By,
        "via" => Clause.Via,
        "with" => Clause.With,
        "id" => Clause.Id,
        "for" => Clause.For,
        _ => Clause.None,
    };

    /// <summary>The protocol that a word begins or ends with, such as <c>local-esmtp</c> and <c>SMTPSVC</c>.</summary>
    private static string ProtocolOf(string word)
    {
        string capitals = word.ToUpperInvariant();
        foreach (string protocol in _protocols)
            if (capitals == protocol) return protocol;
        foreach (string protocol in _protocols)
            if (capitals.EndsWith($"-{protocol}", StringComparison.Ordinal)) return protocol;
        return capitals is "BSMTP" or "LOCAL-BSMTP" || capitals.StartsWith("SMTPSVC", StringComparison.Ordinal) ? "SMTP"
            : capitals.StartsWith("HTTP", StringComparison.Ordinal) ? "HTTP" : "";
    }

    private void TakeComment(string comment)
    {
        TakeTls(comment);
        if (_clause != Clause.From) return;
        if (comment.Length == 0) return;
        string[] words = comment.Split([' ', '\t', ',', '(', ')', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i];
            if (word is "HELO" or "EHLO" or "LHLO" && i + 1 < words.Length) SetHelo(words[++i]);
            else if (word.StartsWith("helo=", StringComparison.OrdinalIgnoreCase)) SetHelo(word[5..]);
            else if (AddressOf(word) is { Length: > 0 } address)
            {
                if (_address.Length == 0) _address = address;
            }
            else if (word.IndexOf('[', StringComparison.Ordinal) is > 0 and int bracket && AddressOf(word[bracket..]) is { Length: > 0 } glued)
            {
                if (_address.Length == 0) _address = glued;
                SetName(word[..bracket]);
            }
            else if (i == 0) SetName(word);
        }
    }

    private void SetHelo(string text)
    {
        if (_helo.Length == 0) _helo = text;
    }

    private void SetName(string text)
    {
        bool isName = text.Contains('.', StringComparison.Ordinal) && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
        if (_name.Length == 0 && isName) _name = text;
    }

    private void TakeTls(string comment)
    {
        string[] words = comment.Split([' ', ',', '=', ':', '(', ')', '/'], StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i + 1 < words.Length; i++)
        {
            string next = words[i + 1];
            bool isVersion = next.StartsWith("TLS", StringComparison.Ordinal) && next.Length > 3 && (next[3] == 'v' || char.IsAsciiDigit(next[3]));
            if (words[i] is "using" or "version" or "Cipher" && isVersion && _tls.Length == 0) _tls = VersionOf(next);
            if (words[i] is "cipher" && _cipher.Length == 0 && next != "OTHER") _cipher = next;
            if (words[i] is "Cipher" && isVersion && _cipher.Length == 0 && i + 2 < words.Length) _cipher = words[i + 2];
        }
    }

    /// <summary><c>TLS1_2</c>, <c>TLSv1.2</c>, <c>TLSv1</c> as <c>TLSv1.2</c>, <c>TLSv1.0</c>.</summary>
    private static string VersionOf(string text)
    {
        string number = text[(text[3] == 'v' ? 4 : 3)..].Replace('_', '.');
        return $"TLSv{(number.Contains('.', StringComparison.Ordinal) ? number : number + ".0")}";
    }

    /// <summary>The IP address that a word is, perhaps in brackets and with a port; empty when it is none.</summary>
    private static string AddressOf(string word)
    {
        int at = word.IndexOf("@[", StringComparison.Ordinal);
        if (at >= 0) word = word[(at + 1)..];
        word = word.Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal);
        if (word.StartsWith('['))
        {
            int close = word.IndexOf(']', StringComparison.Ordinal);
            word = close < 0 ? word[1..] : word[1..close];
        }
        if (word.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)) word = word[5..];
        int dots = word.AsSpan().Count('.'), colons = word.AsSpan().Count(':');
        if (dots == 3 && colons == 1) word = word[..word.IndexOf(':', StringComparison.Ordinal)];
        bool isShaped = (colons >= 2 || dots == 3) && word.All(letter => char.IsAsciiHexDigit(letter) || letter is '.' or ':');
        return isShaped && IPAddress.TryParse(word, out IPAddress? address) ? address.ToString() : "";
    }
}
