using System.Globalization;

namespace Smtpd.Mime;

/// <summary>The parts of a message in the order of the source, each multipart before its parts.</summary>
internal sealed class PartTree
{
    public static readonly PartTree Empty = new([], MimeWarnings.None);

    public PartTree(IReadOnlyList<MessagePart> parts, MimeWarnings warnings)
    {
        Parts = parts;
        Warnings = warnings;
        Number();
    }

    public IReadOnlyList<MessagePart> Parts { get; }

    public MimeWarnings Warnings { get; }

    /// <summary>How many parts are of the kind.</summary>
    public int Count(PartKind kind)
    {
        int count = 0;
        foreach (MessagePart part in Parts)
            if (part.Kind == kind) count++;
        return count;
    }

    /// <summary>The part with the section number that is not a multipart, or null.</summary>
    public MessagePart? Find(string section) => Parts.FirstOrDefault(part => part.Kind != PartKind.Multipart && part.Section == section);

    private void Number()
    {
        if (Parts is not [{ Kind: PartKind.Multipart }, ..])
        {
            foreach (MessagePart part in Parts) part.Section = "1";
            return;
        }
        // The number of the multipart at each depth, and how many parts of it have been seen.
        var levels = new List<(string Section, int Parts)>();
        foreach (MessagePart part in Parts)
        {
            levels.RemoveRange(part.Depth, levels.Count - part.Depth);
            if (part.Depth > 0)
            {
                (string section, int seen) = levels[^1];
                levels[^1] = (section, seen + 1);
                string number = (seen + 1).ToString(CultureInfo.InvariantCulture);
                part.Section = section.Length == 0 ? number : $"{section}.{number}";
            }
            levels.Add((part.Section, 0));
        }
    }
}
