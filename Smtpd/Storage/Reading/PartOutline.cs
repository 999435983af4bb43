using System.Text;
using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>A part as it is read.</summary>
/// <param name="IsRecovered">True of what stands in a multipart that does not tell its parts, and was found by what its body looks like.</param>
internal readonly record struct OutlinedPart(MessagePart Part, bool IsRecovered);

/// <summary>
/// The parts of a message, and in the place of each multipart in which the boundary that it declares never came those that its
/// body shows; where it shows none, its body is text.
/// </summary>
internal sealed class PartOutline
{
    /// <summary>Multiparts of one message that are looked through again.</summary>
    private const int MostRecovered = 20;

    private const int Slice = 64 * 1024;

    private readonly List<OutlinedPart> _parts = [];

    public IReadOnlyList<OutlinedPart> Parts => _parts;

    /// <summary>What was recovered, in sentences.</summary>
    public List<string> Warnings { get; } = [];

    public static async ValueTask<PartOutline> ReadAsync(Stream source, PartTree tree, CancellationToken cancellation)
    {
        var outline = new PartOutline();
        int recovered = 0;
        for (int i = 0; i < tree.Parts.Count; i++)
        {
            MessagePart part = tree.Parts[i];
            bool isEmpty = part.Kind == PartKind.Multipart && part.End > part.BodyStart && (i + 1 == tree.Parts.Count || tree.Parts[i + 1].Depth <= part.Depth);
            if (isEmpty && recovered++ < MostRecovered) await outline.RecoverAsync(source, part, cancellation).ConfigureAwait(false);
            else if (isEmpty && recovered == MostRecovered + 1) outline.Warnings.Add($"There are more than {MostRecovered} multiparts that do not tell their parts; the rest is only in the source.");
            else if (part.Kind != PartKind.Multipart) outline._parts.Add(new OutlinedPart(part, IsRecovered: false));
        }
        return outline;
    }

    /// <summary>True when there is a text, or an HTML page, that was not recovered.</summary>
    public bool Tells(bool html) => _parts.Exists(one => one.Part.Kind == PartKind.Body && one.Part.IsHtml == html && !one.IsRecovered);

    /// <summary>The part with the section number, or null.</summary>
    public MessagePart? Find(string section)
    {
        foreach (OutlinedPart one in _parts)
            if (one.Part.Section == section) return one.Part;
        return null;
    }

    private async ValueTask RecoverAsync(Stream source, MessagePart multipart, CancellationToken cancellation)
    {
        byte[] sample = new byte[(int)Math.Min(multipart.End - multipart.BodyStart, BoundaryGuess.SampleOctets)];
        source.Position = multipart.BodyStart;
        await source.ReadExactlyAsync(sample, cancellation).ConfigureAwait(false);
        string boundary = BoundaryGuess.Of(sample);
        string prefix = multipart.Section.Length == 0 ? "" : multipart.Section + ".";
        if (boundary.Length == 0)
        {
            if (!sample.AsSpan().ContainsAnyExcept(" \t\r\n"u8)) return;
            _parts.Add(new OutlinedPart(AsText(multipart, prefix + "1", sample), IsRecovered: true));
            Warnings.Add("The body of a multipart in which no parts can be found is shown as text.");
            return;
        }
        Warnings.Add($"The parts of a multipart were divided at the lines \"--{boundary}\", which its header does not name.");
        PartTree tree = await ScanAsync(source, multipart, boundary, cancellation).ConfigureAwait(false);
        foreach (MessagePart part in tree.Parts)
        {
            if (part.Kind == PartKind.Multipart) continue;
            part.Section = prefix + part.Section;
            _parts.Add(new OutlinedPart(part, IsRecovered: true));
        }
    }

    /// <summary>Reads the body once more, as if its header had said the boundary.</summary>
    private static async ValueTask<PartTree> ScanAsync(Stream source, MessagePart multipart, string boundary, CancellationToken cancellation)
    {
        byte[] header = Encoding.ASCII.GetBytes($"Content-Type: {multipart.MediaType}; boundary=\"{boundary}\"\r\n\r\n");
        using var scanner = new MimeScanner(multipart.BodyStart - header.Length);
        scanner.Push(header);
        byte[] buffer = new byte[Slice];
        for (long next = multipart.BodyStart; next < multipart.End;)
        {
            source.Position = next;
            int count = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(Slice, multipart.End - next)), cancellation).ConfigureAwait(false);
            if (count == 0) throw new EndOfStreamException("The stored source ends before one of its parts.");
            scanner.Push(buffer.AsSpan(0, count));
            next += count;
        }
        return scanner.Complete().Parts;
    }

    private static MessagePart AsText(MessagePart multipart, string section, ReadOnlySpan<byte> sample)
    {
        ReadOnlySpan<byte> beginning = sample.TrimStart(" \t\r\n"u8);
        bool isPage = beginning.Length > 5 && (Ascii.EqualsIgnoreCase(beginning[..5], "<html"u8) || Ascii.EqualsIgnoreCase(beginning[..5], "<!doc"u8));
        return multipart with { Kind = PartKind.Body, MediaType = isPage ? "text/html" : "text/plain", Section = section };
    }
}
