using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Smtpd.Mime;

/// <summary>Parameters that are divided into pieces or say their charset (RFC 2231 §3 and §4).</summary>
internal sealed class ContinuedParameters
{
    private readonly List<(string Name, int Index, bool IsExtended, string Value)> _pieces = [];

    public int Count => _pieces.Count;

    public IEnumerable<string> Names => _pieces.Select(piece => piece.Name);

    /// <summary>Reads <c>name*</c>, <c>name*0</c> and <c>name*0*</c>.</summary>
    public static bool TryReadName(string text, out string name, out int index, out bool isExtended)
    {
        isExtended = text.EndsWith('*');
        index = 0;
        ReadOnlySpan<char> rest = isExtended ? text.AsSpan(0, text.Length - 1) : text;
        int star = rest.IndexOf('*');
        name = (star < 0 ? rest : rest[..star]).ToString();
        return name.Length > 0 && (star < 0 || int.TryParse(rest[(star + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out index));
    }

    public void Add(string name, int index, bool isExtended, string value) => _pieces.Add((name, index, isExtended, value));

    /// <summary>The pieces with the name put together in the order of their numbers, decoded; null when there are none.</summary>
    public string? Find(string name)
    {
        // The pieces may stand in any order (RFC 2231 §3); of two with one number the first counts.
        var pieces = _pieces.Where(piece => piece.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).OrderBy(piece => piece.Index).DistinctBy(piece => piece.Index).ToList();
        if (pieces.Count == 0) return null;
        var text = new StringBuilder();
        var octets = new List<byte>();
        string charset = "";
        bool isFirst = true;
        foreach ((_, _, bool isExtended, string value) in pieces)
        {
            string rest = value;
            if (isExtended)
            {
                if (isFirst && TrySplitCharset(value, out string declared, out string behind)) (charset, rest) = (declared, behind);
                AppendPercentDecoded(rest, octets);
            }
            else
            {
                Flush(octets, charset, text);
                text.Append(value);
            }
            isFirst = false;
        }
        Flush(octets, charset, text);
        return text.ToString();
    }

    /// <summary>Takes <c>charset'language'</c> from the front, or a charset that is known and a single quote.</summary>
    private static bool TrySplitCharset(string value, out string charset, out string rest)
    {
        charset = "";
        rest = value;
        int first = value.IndexOf('\'', StringComparison.Ordinal);
        int second = first < 0 ? -1 : value.IndexOf('\'', first + 1);
        if (second < 0 && (first <= 0 || Charsets.Find(value[..first]) is null)) return false;
        charset = value[..first];
        rest = value[(Math.Max(first, second) + 1)..];
        return true;
    }

    private static void AppendPercentDecoded(string value, List<byte> octets)
    {
        for (int i = 0; i < value.Length; i++)
        {
            char letter = value[i];
            if (letter == '%' && i + 2 < value.Length && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                octets.Add(byte.Parse(value.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 2;
            }
            else if (letter < 0x80) octets.Add((byte)letter);
            // Sent as it is, against the rule, and decoded with the field already.
            else octets.AddRange(Encoding.UTF8.GetBytes(char.IsHighSurrogate(letter) && i + 1 < value.Length ? value.Substring(i++, 2) : letter.ToString()));
        }
    }

    private static void Flush(List<byte> octets, string charset, StringBuilder text)
    {
        if (octets.Count == 0) return;
        text.Append(HeaderText.Decode(CollectionsMarshal.AsSpan(octets), charset));
        octets.Clear();
    }
}
