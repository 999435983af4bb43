using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>Reads every part of a message once, in the order of the source, and gathers what a mail program would show.</summary>
internal sealed class ContentReader(Stream source, PartOutline outline)
{
    /// <summary>Files inside parts, of one message.</summary>
    public const int MostUnpacked = 1000;

    private readonly BodyCollector _text = new("text/plain");
    private readonly BodyCollector _html = new("text/html");
    private readonly List<AttachedPart> _inline = [], _attachments = [], _unpacked = [];
    private readonly List<string> _warnings = [];

    /// <summary>The texts that Outlook packed, and where.</summary>
    private readonly List<(MessagePart Container, FoundFile Body)> _packed = [];

    public async ValueTask<MessageContent> ReadAsync(ListUnsubscribe unsubscribe, IEnumerable<string> warnings, CancellationToken cancellation)
    {
        foreach (OutlinedPart one in outline.Parts)
        {
            // What was recovered is the message's text only where it has none that it tells.
            bool isBeside = one.IsRecovered && outline.Tells(one.Part.IsHtml);
            if (one.Part.Kind != PartKind.Body || (one.Part.IsHtml && isBeside)) await AddFileAsync(one, cancellation).ConfigureAwait(false);
            else if (one.Part.IsHtml) await _html.AddAsync(source, one.Part, isOnlyShown: false, null, null, cancellation).ConfigureAwait(false);
            else await AddTextAsync(one.Part, isBeside, cancellation).ConfigureAwait(false);
        }
        string text = _text.Text, shown = _text.Shown, html = _html.Text;
        if (string.IsNullOrWhiteSpace(shown) && string.IsNullOrWhiteSpace(html))
        {
            var substitute = new SubstituteBody(source, [.. _attachments, .. _inline, .. _unpacked], _packed);
            (shown, string page) = await substitute.FindAsync(shown, cancellation).ConfigureAwait(false);
            // A text that was sent stays what it is, blank as it may be.
            if (!_text.HasParts && !_html.HasParts) (text, html) = (shown, page);
        }
        return new MessageContent(text, shown, html, _inline, _attachments, _unpacked, unsubscribe, [.. warnings, .. outline.Warnings, .. _warnings, .. _text.Warnings, .. _html.Warnings]);
    }

    private async ValueTask AddTextAsync(MessagePart part, bool isOnlyShown, CancellationToken cancellation)
    {
        PartHeader header = await PartHeader.ReadAsync(source, part, cancellation).ConfigureAwait(false);
        using FileFinder? finder = _unpacked.Count < MostUnpacked ? FoundFiles.FinderFor(part, measures: true) : null;
        await _text.AddAsync(source, part, isOnlyShown, header, finder as EncodedBlockFinder, cancellation).ConfigureAwait(false);
        AddFound(part, finder);
    }

    private async ValueTask AddFileAsync(OutlinedPart one, CancellationToken cancellation)
    {
        MessagePart part = one.Part;
        PartHeader header = await PartHeader.ReadAsync(source, part, cancellation).ConfigureAwait(false);
        string name = await PartNames.OfAsync(source, part, cancellation).ConfigureAwait(false);
        using var digest = new PartDigest();
        using FileFinder? finder = _unpacked.Count < MostUnpacked ? FoundFiles.FinderFor(part, measures: true) : null;
        await PartOctets.ForEachSliceAsync(source, part, slice =>
        {
            digest.Append(slice.Span);
            finder?.Push(slice.Span);
            return true;
        }, cancellation).ConfigureAwait(false);
        finder?.Complete();
        List<AttachedPart> list = one.IsRecovered ? _unpacked : part.Kind == PartKind.Inline ? _inline : _attachments;
        list.Add(new AttachedPart(part, name, header.Disposition, digest.Size, digest.Md5, digest.Sha1, digest.Sha256));
        AddFound(part, finder);
    }

    private void AddFound(MessagePart container, FileFinder? finder)
    {
        if (finder is null) return;
        for (int i = 0; i < finder.Files.Count && _unpacked.Count < MostUnpacked; i++)
        {
            FoundFile file = finder.Files[i];
            MessagePart part = FoundFiles.AsPart(file, container, i + 1);
            string name = file.Name.Length > 0 ? file.Name : FileNames.ForNameless(part);
            _unpacked.Add(new AttachedPart(part, name, "", file.Size, file.Digest!.Md5, file.Digest.Sha1, file.Digest.Sha256));
            if (file.Role != FoundRole.File) _packed.Add((container, file));
        }
        _warnings.AddRange(finder.Warnings);
        if (finder.AreTooMany || _unpacked.Count == MostUnpacked) _warnings.Add($"Part {container.Section} has more files inside than are listed: {FileFinder.MostFiles} of a part, {MostUnpacked} of a message.");
    }
}
