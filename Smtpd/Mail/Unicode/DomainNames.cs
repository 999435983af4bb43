using System.Text;

namespace Smtpd.Mail.Unicode;

/// <summary>
/// Internationalised domain names (UTS 46, non-transitional, with all its checks; RFC 5890 to 5893). Underscores are let pass as
/// everywhere in this program, for host names with them occur.
/// </summary>
internal static class DomainNames
{
    private const string Prefix = "xn--";
    private const int MaxLabel = 63;
    private const int MaxName = 253;

    /// <summary>
    /// The name in A-labels, lower case; null when it is no domain name. One dot at the end is kept. An address literal is none.
    /// </summary>
    public static string? ToAscii(string name)
    {
        if (Process(name) is not { } labels) return null;
        for (int i = 0; i < labels.Length; i++)
        {
            if (Ascii.IsValid(labels[i])) continue;
            if (Punycode.Encode(labels[i]) is not { } code) return null;
            labels[i] = Prefix + code;
        }
        ReadOnlySpan<string> counted = labels is [_, .., ""] ? labels.AsSpan(0, labels.Length - 1) : labels;
        int length = counted.Length - 1;
        foreach (string label in counted)
        {
            if (label.Length is 0 or > MaxLabel) return null;
            length += label.Length;
        }
        return length <= MaxName ? string.Join('.', labels) : null;
    }

    /// <summary>The name as people read it, in U-labels; null when it is no domain name.</summary>
    public static string? ToUnicode(string name) => Process(name) is { } labels ? string.Join('.', labels) : null;

    /// <summary>The processing of UTS 46 §4: the mapped, normalised and checked labels, decoded; null when one of them is wrong.</summary>
    private static string[]? Process(string name)
    {
        if (Map(name) is not { } mapped) return null;
        string[] labels = Normalization.Nfc(mapped).Split('.');
        for (int i = 0; i < labels.Length; i++)
        {
            if (!labels[i].StartsWith(Prefix, StringComparison.Ordinal))
            {
                if (!IsValid(labels[i])) return null;
                continue;
            }
            // What stands behind the prefix is not mapped: it must be right already.
            if (Punycode.Decode(labels[i].AsSpan(Prefix.Length)) is not { Length: > 0 } label) return null;
            if (Ascii.IsValid(label) || Normalization.Nfc(label) != label || !IsValid(label)) return null;
            labels[i] = label;
        }
        return Array.Exists(labels, BidiRule.IsRightToLeft) && !Array.TrueForAll(labels, BidiRule.Holds) ? null : labels;
    }

    private static string? Map(string name)
    {
        var mapped = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length;)
        {
            int point = Normalization.CodePointAt(name, i, out int length);
            switch (UnicodeTables.TraitsOf(point).Idna)
            {
                case IdnaStatus.Valid:
                    mapped.Append(name, i, length);
                    break;
                case IdnaStatus.Mapped when point is 0x3002 or 0xFF0E or 0xFF61:
                    mapped.Append('.');
                    break;
                case IdnaStatus.Mapped:
                    mapped.Append(CaseFolding.FoldCompatibly(point));
                    break;
                case IdnaStatus.Disallowed when point is not ('.' or '_'):
                    return null;
                case IdnaStatus.Disallowed:
                    mapped.Append((char)point);
                    break;
            }
            i += length;
        }
        return mapped.ToString();
    }

    /// <summary>The criteria of UTS 46 §4.1 for one label but for its normalisation and the Bidi rule. An empty label passes.</summary>
    private static bool IsValid(string label)
    {
        if (label.Length == 0) return true;
        if (label[0] == '-' || label[^1] == '-') return false;
        // Names such as r3---sn-4g5e.example exist; only beside other scripts two hyphens could be taken for a prefix.
        bool isAscii = Ascii.IsValid(label);
        if (!isAscii && label.Length >= 4 && label[2] == '-' && label[3] == '-') return false;
        for (int i = 0; i < label.Length;)
        {
            int point = Normalization.CodePointAt(label, i, out int length);
            CharacterTraits traits = UnicodeTables.TraitsOf(point);
            if (i == 0 && traits.IsMark) return false;
            if (traits.Idna != IdnaStatus.Valid && point != '_') return false;
            if (point is 0x200C or 0x200D && !JoinerRule.Holds(label, i)) return false;
            i += length;
        }
        return true;
    }
}
