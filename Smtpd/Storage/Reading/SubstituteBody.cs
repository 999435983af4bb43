using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>
/// What to show of a message that has no text and no HTML of its own, or nothing in them: the text that Outlook packed, text of
/// other types, text with a file name, an invitation.
/// </summary>
/// <param name="files">All that the message has besides.</param>
/// <param name="packed">Texts inside of them.</param>
internal sealed class SubstituteBody(Stream source, IReadOnlyList<AttachedPart> files, IReadOnlyList<(MessagePart Container, FoundFile Body)> packed)
{
    /// <summary>Gives the text and the HTML; the text that there is, and none, when nothing is better.</summary>
    public async ValueTask<(string Text, string Html)> FindAsync(string text, CancellationToken cancellation)
    {
        if (Choose(one => one.Disposition != "attachment" && one.Part.MediaType is "text/plain" or "text/html") is { } named
            && await ReadAsync(named.Part, cancellation).ConfigureAwait(false) is var read && IsText(read)) return named.Part.IsHtml ? (text, read) : (read, "");
        if (Choose(one => one.Disposition != "attachment" && one.Part.MediaType is "text/enriched" or "text/richtext") is { } enriched)
            return (EnrichedText.Of(await ReadAsync(enriched.Part, cancellation).ConfigureAwait(false), enriched.Part.MediaType == "text/richtext"), "");
        if (packed.Count > 0) return await ReadPackedAsync(text, cancellation).ConfigureAwait(false);
        if (Choose(one => one.Part.MediaType is "text/calendar" or "application/ics") is { } calendar)
            return (CalendarText.Of(await ReadAsync(calendar.Part, cancellation).ConfigureAwait(false)) is { Length: > 0 } summary ? summary : text, "");
        if (Choose(one => one.Disposition != "attachment" && one.Part.MediaType.StartsWith("text/", StringComparison.Ordinal)) is { } other)
            return await ReadAsync(other.Part, cancellation).ConfigureAwait(false) is var last && IsText(last) ? (last, "") : (text, "");
        return (text, "");
    }

    /// <summary>Not a picture that was called text.</summary>
    private static bool IsText(string read) => !read.Contains('\0', StringComparison.Ordinal);

    /// <summary>The first part of the message's own that fits.</summary>
    private AttachedPart? Choose(Func<AttachedPart, bool> fits) => files.FirstOrDefault(one => fits(one) && !FoundFiles.TryReadSection(one.Part.Section, out _, out _));

    private async ValueTask<string> ReadAsync(MessagePart part, CancellationToken cancellation) =>
        BodyText.Decode(await PartOctets.ReadFirstAsync(source, part, MessageReader.MostTextOctets, cancellation).ConfigureAwait(false), part);

    private async ValueTask<(string Text, string Html)> ReadPackedAsync(string text, CancellationToken cancellation)
    {
        string html = "";
        foreach ((MessagePart container, FoundFile body) in packed)
        {
            if (body.Role == FoundRole.Text && string.IsNullOrWhiteSpace(text)) text = await ReadAsync(container, body, cancellation).ConfigureAwait(false);
            else if (body.Role == FoundRole.Html && html.Length == 0) html = await ReadAsync(container, body, cancellation).ConfigureAwait(false);
        }
        if (html.Length > 0 || packed.FirstOrDefault(one => one.Body.Role == FoundRole.RichText) is not { Body: not null } rich) return (text, html);
        (string read, bool isHtml) = RichText.Of(await ReadAsync(rich.Container, rich.Body, cancellation).ConfigureAwait(false));
        if (isHtml) return (text, read);
        return (string.IsNullOrWhiteSpace(text) ? read : text, "");
    }

    private async ValueTask<string> ReadAsync(MessagePart container, FoundFile body, CancellationToken cancellation)
    {
        await using var octets = new FoundFileStream(new DecodedPartStream(source, container, keepSource: true), body);
        using var first = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        int count;
        while (first.Length < MessageReader.MostTextOctets && (count = await octets.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0) first.Write(buffer, 0, count);
        string text = BodyText.Decode(first.GetBuffer().AsSpan(0, (int)first.Length), FoundFiles.AsPart(body, container, 1));
        return text.TrimEnd('\0');
    }
}
