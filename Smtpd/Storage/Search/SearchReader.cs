using Smtpd.Mime;
using Smtpd.Storage.Reading;

namespace Smtpd.Storage.Search;

/// <summary>Reads out of a stored source what a message is searched by. Everything is awaited in turn on the stream that is given.</summary>
internal static class SearchReader
{
    /// <summary>
    /// Octets of the bodies of one type that are read: enough for <see cref="SearchDocument.MostLetters"/> in any charset, or among
    /// three times as much markup. The index reads every message, so that what one takes counts more than for a reader.
    /// </summary>
    private const int MostOctets = 1024 * 1024;

    /// <summary>Adds the text that a reader would see and the names of files.</summary>
    /// <param name="source">The stored source; stands anywhere afterwards.</param>
    public static async ValueTask ReadBodyAsync(Stream source, PartTree parts, SearchDocument document, CancellationToken cancellation)
    {
        var text = new BodyCollector("text/plain", MostOctets);
        var html = new BodyCollector("text/html", MostOctets);
        var names = new List<string>();
        var files = new List<AttachedPart>();
        var packed = new List<(MessagePart Container, FoundFile Body)>();
        PartOutline outline = await PartOutline.ReadAsync(source, parts, cancellation).ConfigureAwait(false);
        foreach (MessagePart part in outline.Parts.Select(one => one.Part))
        {
            using FileFinder? finder = names.Count < ContentReader.MostUnpacked ? FoundFiles.FinderFor(part, measures: false) : null;
            if (part.Kind != PartKind.Body) await ReadFileAsync(part, finder).ConfigureAwait(false);
            else if (part.IsHtml) await html.AddAsync(source, part, isOnlyShown: false, null, null, cancellation).ConfigureAwait(false);
            else
            {
                PartHeader header = await PartHeader.ReadAsync(source, part, cancellation).ConfigureAwait(false);
                await text.AddAsync(source, part, isOnlyShown: false, header, finder as EncodedBlockFinder, cancellation).ConfigureAwait(false);
            }
            foreach (FoundFile file in finder?.Files ?? [])
            {
                if (file.Role != FoundRole.File) packed.Add((part, file));
                names.Add(file.Name);
            }
        }
        string shown = text.Shown, page = html.Text;
        if (string.IsNullOrWhiteSpace(shown) && string.IsNullOrWhiteSpace(page))
            (shown, page) = await new SubstituteBody(source, files, packed).FindAsync(shown, cancellation).ConfigureAwait(false);
        document.AddBody([shown, HtmlText.Of(page)], names);

        async ValueTask ReadFileAsync(MessagePart part, FileFinder? finder)
        {
            PartHeader header = await PartHeader.ReadAsync(source, part, cancellation).ConfigureAwait(false);
            string name = await PartNames.OfAsync(source, part, cancellation).ConfigureAwait(false);
            names.Add(name);
            files.Add(new AttachedPart(part, name, header.Disposition, 0, "", "", ""));
            if (finder is null) return;
            await PartOctets.ForEachSliceAsync(source, part, slice =>
            {
                finder.Push(slice.Span);
                return true;
            }, cancellation).ConfigureAwait(false);
            finder.Complete();
        }
    }

    /// <summary>Adds the fields of the header.</summary>
    public static async ValueTask ReadHeaderAsync(Stream source, PartTree parts, SearchDocument document, CancellationToken cancellation) =>
        document.Header = await MessageReader.ReadHeaderAsync(source, parts, cancellation).ConfigureAwait(false);
}
