using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>Joins the bodies of one type, up to a number of octets: as they were sent, and as they are to be read.</summary>
/// <param name="most">Octets of all of them together.</param>
internal sealed class BodyCollector(string mediaType, int most = MessageReader.MostTextOctets)
{
    /// <summary>Octets for which room is made before they come.</summary>
    private const int MostExpected = 64 * 1024;

    private readonly JoinedText _text = new();

    /// <summary>As it is to be read; null as long as that is the same.</summary>
    private JoinedText? _shown;

    private readonly int _most = most;
    private int _room = most;

    /// <summary>Says where the text was cut, if it was.</summary>
    public List<string> Warnings { get; } = [];

    public bool HasParts { get; private set; }

    /// <summary>As it was sent.</summary>
    public string Text => _text.ToString();

    /// <summary>Without files that stand in it, and with its lines joined that belong together.</summary>
    public string Shown => _shown is null ? Text : _shown.ToString();

    /// <param name="isOnlyShown">True of text that was not sent as such.</param>
    /// <param name="header">Says how lines end; null for what has none of its own.</param>
    /// <param name="finder">Looks at all of it, also at what is not kept.</param>
    public async ValueTask AddAsync(Stream source, MessagePart part, bool isOnlyShown, PartHeader? header, EncodedBlockFinder? finder, CancellationToken cancellation)
    {
        HasParts = true;
        bool isFull = Warnings.Count > 0, isCut = isFull;
        using var octets = new MemoryStream((int)Math.Clamp(part.End - part.BodyStart, 0, MostExpected));
        if (!isFull || finder is not null)
        {
            await PartOctets.ForEachSliceAsync(source, part, slice =>
            {
                finder?.Push(slice.Span);
                int count = isCut ? 0 : Math.Min(_room, slice.Length);
                octets.Write(slice.Span[..count]);
                _room -= count;
                isCut |= count < slice.Length;
                return !isCut || finder is not null;
            }, cancellation).ConfigureAwait(false);
        }
        finder?.Complete();
        if (isFull) return;
        ReadOnlySpan<byte> all = octets.GetBuffer().AsSpan(0, (int)octets.Length);
        Add(isCut ? BodyText.WithoutBrokenEnd(all) : all, part, isOnlyShown, header, finder?.Blocks ?? []);
        if (isCut) Warnings.Add($"The {mediaType} body is cut after {_most / (1024 * 1024)} MiB; all of it is part {part.Section} and those behind it.");
    }

    private void Add(ReadOnlySpan<byte> octets, MessagePart part, bool isOnlyShown, PartHeader? header, IReadOnlyList<(long Start, long End)> blocks)
    {
        string text = BodyText.Decode(octets, part);
        string shown = blocks.Count == 0 ? text : BodyText.Decode(Without(blocks, octets), part);
        if (header is { IsFlowed: true }) shown = FlowedText.Of(shown, header.DeletesSpace);
        if (isOnlyShown || shown != text) _shown ??= new JoinedText(Text);
        if (!isOnlyShown) _text.Add(text);
        _shown?.Add(shown);
    }

    private static byte[] Without(IReadOnlyList<(long Start, long End)> blocks, ReadOnlySpan<byte> octets)
    {
        using var left = new MemoryStream(octets.Length);
        long position = 0;
        foreach ((long start, long end) in blocks)
        {
            if (start >= octets.Length) break;
            left.Write(octets[(int)position..(int)start]);
            position = Math.Min(end, octets.Length);
        }
        left.Write(octets[(int)position..]);
        return left.ToArray();
    }
}
