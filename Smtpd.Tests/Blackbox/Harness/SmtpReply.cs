using System.Text.RegularExpressions;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>One reply of an SMTP server, which may have several lines (RFC 5321 §4.2).</summary>
internal sealed partial record SmtpReply(IReadOnlyList<string> Lines)
{
    public int Code => int.Parse(Lines[^1].AsSpan(0, 3), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The enhanced status code of the last line (RFC 3463), or an empty text.</summary>
    public string Enhanced => EnhancedCode().Match(Lines[^1]).Groups[1].Value;

    /// <summary>The id under which the message was stored, or null when the reply names none.</summary>
    public string? QueuedAs => QueuedId().Match(Lines[^1]) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>True when every line carries an enhanced status code of the same class as the reply.</summary>
    public bool IsEnhanced => Lines.All(line => EnhancedCode().IsMatch(line) && line[4] == line[0]);

    public override string ToString() => string.Join("\n", Lines);

    [GeneratedRegex(@"^[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3}) ")]
    private static partial Regex EnhancedCode();

    [GeneratedRegex(@"^250 2\.0\.0 Ok: queued as ([0-9a-f]{24})$")]
    private static partial Regex QueuedId();
}
