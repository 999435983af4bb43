using System.Diagnostics.CodeAnalysis;
using System.Text;
using Smtpd.Mail.Unicode;

namespace Smtpd.Web.Tags;

/// <summary>Reads the names of tags.</summary>
internal static class TagText
{
    /// <summary>Letters of a tag.</summary>
    public const int MaxLength = 100;

    /// <summary>Tags of one message.</summary>
    public const int MostOfMessage = 50;

    /// <summary>
    /// The tag as it is kept: composed, without white space around it, with one blank wherever there is more inside. Empty when
    /// there is nothing else. False when it cannot be a tag.
    /// </summary>
    public static bool TryRead(string? text, out string tag, [NotNullWhen(false)] out string? problem)
    {
        tag = "";
        problem = null;
        if (text is null) problem = "a tag must be a text";
        // Looked at before it is worked on.
        else if (text.Length > 4 * MaxLength) problem = $"a tag must not be longer than {MaxLength} characters";
        else
        {
            tag = Normalization.Nfc(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
            if (tag.Length > MaxLength) problem = $"a tag must not be longer than {MaxLength} characters";
            // A quotation mark would end it in the search language.
            else if (tag.EnumerateRunes().Any(rune => Rune.IsControl(rune) || rune.Value is '"' or 0x2028 or 0x2029 || rune == Rune.ReplacementChar))
                problem = "a tag must not hold control characters or quotation marks";
        }
        return problem is null;
    }

    /// <summary>Tags of a message: each once, whatever its case, and none that is empty.</summary>
    public static bool TryReadAll(IReadOnlyList<string?>? texts, out IReadOnlyList<string> tags, [NotNullWhen(false)] out string? problem)
    {
        var all = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        tags = all;
        problem = null;
        foreach (string? text in texts ?? [])
        {
            if (!TryRead(text, out string tag, out problem)) return false;
            if (tag.Length > 0 && known.Add(CaseFolding.Key(tag))) all.Add(tag);
            if (all.Count <= MostOfMessage) continue;
            problem = $"a message must not have more than {MostOfMessage} tags";
            return false;
        }
        return true;
    }
}
