using System.Buffers;

namespace Smtpd.Configuration;

/// <summary>Puts values in the place of references such as <c>%(install.dir)s</c> and <c>${HOME}</c>, by robfig/config's rules.</summary>
internal static class IniReferences
{
    /// <summary>robfig/config gives up at this many replacements in one value: references that lead back to themselves have no end.</summary>
    public const int MaxReplacements = 200;

    /// <summary>Replacements can multiply a text; no setting needs to be as long as this.</summary>
    public const int MaxCharacters = 64 * 1024;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>
    /// Replaces the first reference until there is none: what is put in may hold references again. What does not look like a
    /// reference, such as <c>%(two words)s</c>, stays as it is.
    /// </summary>
    /// <param name="valueOf">The text that a name stands for; null and nothing are both an error, as they were there.</param>
    /// <param name="unknown">What to say about a reference whose name stands for nothing.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Replace(ref string text, string open, string close, Func<string, string?> valueOf, Func<string, string> unknown)
    {
        for (int replacements = 0; replacements < MaxReplacements; replacements++)
        {
            if (Find(text, open, close) is not { Length: > 0 } found) return null;
            string reference = text[found.Start..(found.Start + found.Length)];
            string? value = valueOf(reference[open.Length..^close.Length]);
            if (string.IsNullOrEmpty(value)) return unknown(reference);
            if (text.Length - found.Length + value.Length > MaxCharacters) return Problems.ReferenceTooLong(reference, MaxCharacters);
            text = string.Concat(text.AsSpan(0, found.Start), value, text.AsSpan(found.Start + found.Length));
        }
        return Problems.EndlessReferences(MaxReplacements);
    }

    private static (int Start, int Length) Find(string text, string open, string close)
    {
        for (int start = text.IndexOf(open, StringComparison.Ordinal); start >= 0; start = text.IndexOf(open, start + open.Length, StringComparison.Ordinal))
        {
            ReadOnlySpan<char> rest = text.AsSpan(start + open.Length);
            int length = rest.IndexOfAnyExcept(NameCharacters);
            if (length > 0 && rest[length..].StartsWith(close)) return (start, open.Length + length + close.Length);
        }
        return (-1, 0);
    }
}
