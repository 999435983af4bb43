using System.Globalization;
using System.Numerics;

namespace Smtpd.Storage.Search;

/// <summary>
/// What a message has that never changes, as words of the column <see cref="SearchColumns.Traits"/>. They begin with a character of
/// private use, which no text keeps, so that no free word finds them.
/// </summary>
internal static class SearchTraits
{
    /// <summary>What every message has.</summary>
    public const string Any = "\uE001d ";

    public const string Attachment = "\uE001a ";
    public const string Inline = "\uE001i ";

    /// <summary>In front of each word of a Message-ID.</summary>
    public const char MessageIdMark = '\uE002';

    /// <summary>The power of two below a size: how messages of a size are found before each is looked at.</summary>
    public static string SizeClass(long octets) => SizeClassOf(ClassOf(octets));

    public static string SizeClassOf(int power) => string.Create(CultureInfo.InvariantCulture, $"\uE001s{power:00} ");

    public static int ClassOf(long octets) => octets <= 0 ? 0 : BitOperations.Log2((ulong)octets);

    /// <summary>Words of a Message-ID as they stand among the traits.</summary>
    /// <param name="words">As <see cref="SearchWords"/> makes them.</param>
    public static string InMessageId(string words) => words.Length == 0 ? "" : MessageIdMark + words[..^1].Replace(" ", $" {MessageIdMark}", StringComparison.Ordinal) + " ";
}
