namespace Smtpd.Storage.Search;

/// <summary>The parts of a message in which words are looked for.</summary>
[Flags]
internal enum SearchColumns
{
    None = 0,
    Subject = 1 << 0,
    From = 1 << 1,
    To = 1 << 2,
    Cc = 1 << 3,

    /// <summary>The header field.</summary>
    Bcc = 1 << 4,
    ReplyTo = 1 << 5,

    /// <summary>Recipients of the envelope that no header field names. Whoever sees only some mailboxes sees only those among them.</summary>
    Hidden = 1 << 6,

    /// <summary>The text that a reader would see.</summary>
    Body = 1 << 7,
    FileNames = 1 << 8,

    /// <summary>The header field Message-ID. Not among what free words are looked for in.</summary>
    MessageId = 1 << 9,

    /// <summary>What a message has, as words that no text holds (see <see cref="SearchTraits"/>).</summary>
    Traits = 1 << 10,

    BlindCopies = Bcc | Hidden,
    Addresses = From | To | Cc | Bcc | ReplyTo | Hidden,

    /// <summary>Where free words are looked for.</summary>
    Everywhere = Subject | Addresses | Body | FileNames,
}
