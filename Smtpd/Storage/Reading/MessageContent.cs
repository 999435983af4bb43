using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>What a mail program would show of a message.</summary>
/// <param name="Text">The text bodies in order, decoded and nothing changed; empty when there are none.</param>
/// <param name="ShownText">The same as it is to be read: with the lines joined that belong together, and without files that stand in it.</param>
/// <param name="Html">The HTML bodies in order, decoded and nothing made safe.</param>
/// <param name="Inline">What the HTML may refer to by Content-ID.</param>
/// <param name="Unpacked">What is no part of the message's own but was found inside one.</param>
/// <param name="Warnings">What is wrong with the message, or was left out, in sentences.</param>
internal sealed record MessageContent(
    string Text,
    string ShownText,
    string Html,
    IReadOnlyList<AttachedPart> Inline,
    IReadOnlyList<AttachedPart> Attachments,
    IReadOnlyList<AttachedPart> Unpacked,
    ListUnsubscribe ListUnsubscribe,
    IReadOnlyList<string> Warnings)
{
    /// <summary>What the sender sorts the message under.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    /// <summary>The servers on the message's way, the last one first.</summary>
    public IReadOnlyList<TraceHop> Trace { get; init; } = [];
}

/// <summary>A part that is no body.</summary>
/// <param name="Name">What it is called, never empty: as the sender wrote it, or made up.</param>
/// <param name="Disposition"><c>inline</c>, <c>attachment</c>, or empty when the sender said nothing.</param>
/// <param name="Size">Decoded octets.</param>
/// <param name="Md5">Of the decoded octets, in lower-case hexadecimal digits, as the others.</param>
internal sealed record AttachedPart(MessagePart Part, string Name, string Disposition, long Size, string Md5, string Sha1, string Sha256);

/// <summary>A part that is about to be read.</summary>
/// <param name="Name">What it is called, never empty.</param>
/// <param name="Size">Decoded octets.</param>
/// <param name="Octets">Owned by whoever got this.</param>
internal sealed record OpenedPart(MessagePart Part, string Name, long Size, Stream Octets);

/// <summary>A field of the header, decoded.</summary>
internal sealed record HeaderField(string Name, string Value);
