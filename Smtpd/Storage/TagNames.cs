namespace Smtpd.Storage;

/// <summary>Names of tags: compared exactly, shown in an order that people expect.</summary>
internal static class TagNames
{
    /// <summary>Each name once; upper and lower case side by side.</summary>
    public static IReadOnlyList<string> InOrder(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).OrderBy(name => name, StringComparer.OrdinalIgnoreCase).ThenBy(name => name, StringComparer.Ordinal)];
}
