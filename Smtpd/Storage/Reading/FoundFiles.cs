using System.Globalization;
using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>
/// Files inside parts: which parts are looked into, and the numbers under which what is found there can be asked for, <c>2.f1</c>
/// for the first file in part 2. They are found again each time: nothing of them is stored.
/// </summary>
internal static class FoundFiles
{
    private const string Mark = ".f";

    /// <summary>What looks into the part; null when nothing does.</summary>
    public static FileFinder? FinderFor(MessagePart part, bool measures) =>
        part.Kind == PartKind.Body ? (part.IsHtml ? null : new EncodedBlockFinder(measures))
        : IsTnef(part) ? new TnefFinder(measures)
        : null;

    /// <summary>By its type, or by the name that Outlook gives it where somebody on the way took the type.</summary>
    private static bool IsTnef(MessagePart part) => part.MediaType is "application/ms-tnef" or "application/vnd.ms-tnef"
        || (part.MediaType == MediaTypes.Octets && part.FileName.Equals("winmail.dat", StringComparison.OrdinalIgnoreCase));

    /// <summary>The file as a part of its own.</summary>
    /// <param name="number">1 for the first in the container.</param>
    public static MessagePart AsPart(FoundFile file, MessagePart container, int number) => new()
    {
        Kind = PartKind.Attachment,
        Depth = container.Depth + 1,
        HeaderStart = container.HeaderStart,
        BodyStart = container.BodyStart,
        End = container.End,
        MediaType = file.MediaType.Length > 0 ? file.MediaType : MediaTypes.OfName(file.Name),
        Charset = file.Charset,
        Encoding = TransferEncoding.Identity,
        FileName = file.Name,
        ContentId = file.ContentId,
        Section = container.Section + Mark + number.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Divides <c>2.f1</c> into the container's number and the file's; false when it is no such number.</summary>
    public static bool TryReadSection(string section, out string container, out int number)
    {
        int mark = section.LastIndexOf(Mark, StringComparison.Ordinal);
        container = mark < 0 ? "" : section[..mark];
        number = 0;
        return mark > 0 && int.TryParse(section.AsSpan(mark + Mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
    }

    /// <summary>Finds the file in the container again, or null.</summary>
    public static async ValueTask<FoundFile?> FindAsync(Stream source, MessagePart container, int number, CancellationToken cancellation)
    {
        using FileFinder? finder = FinderFor(container, measures: false);
        if (finder is null) return null;
        await PartOctets.ForEachSliceAsync(source, container, slice =>
        {
            finder.Push(slice.Span);
            return true;
        }, cancellation).ConfigureAwait(false);
        finder.Complete();
        return number <= finder.Files.Count ? finder.Files[number - 1] : null;
    }
}
