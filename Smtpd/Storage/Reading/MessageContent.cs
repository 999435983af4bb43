using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>What a mail program would show of a message.</summary>
/// <param name="Text">The text bodies in order, decoded and nothing changed; empty when there are none.</param>
/// <param name="Html">The HTML bodies in order, decoded and nothing made safe.</param>
/// <param name="Inline">What the HTML may refer to by Content-ID.</param>
/// <param name="Warnings">What is wrong with the message, or was left out, in sentences.</param>
internal sealed record MessageContent(
    string Text,
    string Html,
    IReadOnlyList<AttachedPart> Inline,
    IReadOnlyList<AttachedPart> Attachments,
    ListUnsubscribe ListUnsubscribe,
    IReadOnlyList<string> Warnings);

/// <summary>A part that is no body.</summary>
/// <param name="Size">Decoded octets.</param>
/// <param name="Md5">Of the decoded octets, in lower-case hexadecimal digits, as the others.</param>
internal sealed record AttachedPart(MessagePart Part, long Size, string Md5, string Sha1, string Sha256);

/// <summary>A part that is about to be read.</summary>
/// <param name="Size">Decoded octets.</param>
/// <param name="Octets">Owned by whoever got this.</param>
internal sealed record OpenedPart(MessagePart Part, long Size, Stream Octets);

/// <summary>A field of the header, decoded.</summary>
internal sealed record HeaderField(string Name, string Value);
