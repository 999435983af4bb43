using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// The one place where a name from a mail becomes the name of a file: no folders, no control or direction letters, nothing that a
/// shell or a file system reads in its own way.
/// </summary>
internal static class FileNames
{
    /// <summary>UTF-8 octets of a name; file systems take 255, and a browser may append a number.</summary>
    private const int MostOctets = 200;

    private const string Forbidden = "/\\:*?\"<>|%";

    /// <summary>Names that Windows gives to devices, whatever their extension.</summary>
    private static readonly string[] _devices =
        ["con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"];

    /// <summary>A name for a part that has none: <c>part-2.1.png</c>.</summary>
    public static string ForNameless(MessagePart part) => $"part-{part.Section}.{MediaTypes.ExtensionOf(part.MediaType)}";

    /// <summary>A name for a nested message that has none: its subject. Empty when there is nothing in that.</summary>
    public static string ForMessage(string subject) => Safe(subject.Replace('/', '_').Replace('\\', '_')) is { Length: > 0 } safe ? safe + ".eml" : "";

    /// <summary>A name under which the part may be saved.</summary>
    public static string Safe(MessagePart part) => Safe(part.FileName, part);

    /// <summary>A name under which the part may be saved.</summary>
    /// <param name="name">What the part is called.</param>
    public static string Safe(string name, MessagePart part) => Safe(name) is { Length: > 0 } safe ? safe : ForNameless(part);

    /// <summary>The name made safe; empty when nothing of it is left.</summary>
    public static string Safe(string name)
    {
        // The folders are the sender's. A name that ends in a separator is kept for the letters it has.
        int folder = name.TrimEnd('/', '\\').LastIndexOfAny(['/', '\\']);
        var safe = new StringBuilder();
        int octets = 0;
        foreach (Rune rune in name.AsSpan(folder + 1).EnumerateRunes())
        {
            if (Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.Format) continue;
            Rune kept = rune.IsAscii && Forbidden.Contains((char)rune.Value, StringComparison.Ordinal) ? new Rune('_') : Rune.IsWhiteSpace(rune) ? new Rune(' ') : rune;
            octets += kept.Utf8SequenceLength;
            if (octets > MostOctets) break;
            safe.Append(kept.ToString());
        }
        // Leading dots hide a file, trailing ones and blanks are dropped by Windows.
        string text = safe.ToString().TrimStart('.', ' ', '-').TrimEnd('.', ' ');
        string stem = text.Split('.')[0].TrimEnd();
        return _devices.Contains(stem, StringComparer.OrdinalIgnoreCase) ? "_" + text : text;
    }
}
