using System.Text;
using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>Joins the bodies of one type, up to <see cref="MessageReader.MostTextOctets"/>.</summary>
internal sealed class BodyCollector(string mediaType)
{
    private readonly StringBuilder _text = new();
    private int _room = MessageReader.MostTextOctets;

    /// <summary>Says where the text was cut, if it was.</summary>
    public List<string> Warnings { get; } = [];

    public async ValueTask AddAsync(Stream source, MessagePart part, CancellationToken cancellation)
    {
        if (Warnings.Count > 0) return;
        using var octets = new MemoryStream();
        bool isCut = false;
        await MessageReader.ForEachSliceAsync(source, part, slice =>
        {
            int count = Math.Min(_room, slice.Length);
            octets.Write(slice.Span[..count]);
            _room -= count;
            isCut = count < slice.Length;
            return !isCut;
        }, cancellation).ConfigureAwait(false);
        ReadOnlySpan<byte> all = octets.GetBuffer().AsSpan(0, (int)octets.Length);
        string text = BodyText.Decode(isCut ? BodyText.WithoutBrokenEnd(all) : all, part);
        if (_text.Length > 0 && _text[^1] != '\n') _text.Append('\n');
        _text.Append(text);
        if (isCut) Warnings.Add($"The {mediaType} body is cut after {MessageReader.MostTextOctets / (1024 * 1024)} MiB; all of it is part {part.Section} and those behind it.");
    }

    public override string ToString() => _text.ToString();
}
