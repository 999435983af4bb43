namespace Smtpd.Mime;

/// <summary>Attributes of Outlook's packing (MS-OXTNEF §2.1.3.2), each with the number of its type in the upper half.</summary>
internal enum TnefAttribute : uint
{
    AttachmentBegins = 0x00069002,
    AttachmentTitle = 0x00018010,
    AttachmentData = 0x0006800F,
    AttachmentProperties = 0x00069005,
    MessageProperties = 0x00069003,
    Body = 0x0002800C,
    CodePage = 0x00069007,
}

/// <summary>Types and numbers of properties (MS-OXCDATA §2.11.1, MS-OXPROPS).</summary>
internal static class TnefProperty
{
    public const ushort Many = 0x1000;
    public const ushort Object = 0x000D;
    public const ushort Text = 0x001E;
    public const ushort UnicodeText = 0x001F;
    public const ushort Binary = 0x0102;

    public const ushort AttachmentData = 0x3701;
    public const ushort Body = 0x1000;
    public const ushort CompressedRtf = 0x1009;
    public const ushort BodyHtml = 0x1013;

    private const ushort DisplayName = 0x3001;
    private const ushort AttachmentName = 0x3704;
    private const ushort AttachmentLongName = 0x3707;
    private const ushort AttachmentType = 0x370E;
    private const ushort AttachmentContentId = 0x3712;

    /// <summary>Octets before an object that say what it is.</summary>
    public const int ObjectName = 16;

    /// <summary>Octets of a value in its list; 0 where the value says it.</summary>
    public static int FixedLength(ushort type) => (type & ~Many) switch
    {
        Object or Text or UnicodeText or Binary => 0,
        0x0005 or 0x0006 or 0x0007 or 0x0014 or 0x0040 => 8,
        0x0048 => 16,
        _ => 4,
    };

    /// <summary>Values fill whole words.</summary>
    public static long Padded(long length) => (length + 3) & ~3L;

    public static bool IsDescription(ushort id) => id is DisplayName or AttachmentName or AttachmentLongName or AttachmentType or AttachmentContentId;

    /// <summary>True of <c>IID_IMessage</c>: 00020307-0000-0000-C000-000000000046.</summary>
    public static bool IsMessage(ReadOnlySpan<byte> name) => name.StartsWith((ReadOnlySpan<byte>)[0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]);

    public static void Describe(FoundFile file, ushort id, string text)
    {
        if (text.Length == 0) return;
        switch (id)
        {
            case AttachmentLongName: file.Name = text; break;
            case AttachmentName or DisplayName when file.Name.Length == 0: file.Name = text; break;
            case AttachmentType when text.Contains('/', StringComparison.Ordinal): file.MediaType = text.ToLowerInvariant(); break;
            case AttachmentContentId: file.ContentId = text.Trim('<', '>', ' '); break;
        }
    }
}
