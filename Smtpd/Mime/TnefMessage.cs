using System.Globalization;

namespace Smtpd.Mime;

/// <summary>What is known of a message that Outlook packed while it is read.</summary>
internal sealed class TnefMessage
{
    private TransferDecoder? _decoder;
    private FoundFile? _decoded;
    private byte[] _output = [];
    private int _textPage = CodePages.Western;

    /// <summary>In which texts are written that are not Unicode.</summary>
    public int CodePage
    {
        get => _textPage;
        set => _textPage = CodePages.Find(value) is null ? CodePages.Western : value;
    }

    /// <summary>Where the octets of the present file begin.</summary>
    public long PieceStart { get; set; }

    /// <summary>A text up to its first zero.</summary>
    public string Text(ReadOnlySpan<byte> octets)
    {
        int end = octets.IndexOf((byte)0);
        return CodePages.Of(CodePage).GetString(end < 0 ? octets : octets[..end]).Trim();
    }

    public FoundFile BodyOf(FoundRole role, bool isUnicode) => new()
    {
        Role = role,
        Encoding = role == FoundRole.RichText ? TransferEncoding.CompressedRtf : TransferEncoding.Identity,
        Name = role switch { FoundRole.Html => "message.html", FoundRole.RichText => "message.rtf", _ => "message.txt" },
        MediaType = role switch { FoundRole.Html => "text/html", FoundRole.RichText => "application/rtf", _ => "text/plain" },
        Charset = isUnicode ? "utf-16le" : role == FoundRole.Text ? "cp" + CodePage.ToString(CultureInfo.InvariantCulture) : "",
    };

    /// <summary>The text that a property of the message holds; null when it holds another thing.</summary>
    public FoundFile? BodyOf(ushort type, ushort id) => (type, id) switch
    {
        (TnefProperty.Text or TnefProperty.UnicodeText, TnefProperty.Body) => BodyOf(FoundRole.Text, type == TnefProperty.UnicodeText),
        (TnefProperty.Binary or TnefProperty.Text, TnefProperty.BodyHtml) => BodyOf(FoundRole.Html, isUnicode: false),
        (TnefProperty.UnicodeText, TnefProperty.BodyHtml) => BodyOf(FoundRole.Html, isUnicode: true),
        (TnefProperty.Binary, TnefProperty.CompressedRtf) => BodyOf(FoundRole.RichText, isUnicode: false),
        _ => null,
    };

    /// <summary>Gives the file its decompressed octets.</summary>
    public void Decompress(FoundFile file, ReadOnlySpan<byte> octets)
    {
        const int Slice = 4096;
        if (_decoded != file)
        {
            _decoded = file;
            _decoder = TransferDecoder.For(file.Encoding);
        }
        while (!octets.IsEmpty)
        {
            int count = Math.Min(octets.Length, Slice);
            int room = (Slice * _decoder!.Growth) + TransferDecoder.Slack;
            if (_output.Length < room) _output = new byte[room];
            file.Append(_output.AsSpan(0, _decoder.Decode(octets[..count], _output)));
            octets = octets[count..];
        }
    }

    /// <summary>Gives a file that does not say its type the one that its name says.</summary>
    public static void Describe(FoundFile file)
    {
        if (file.MediaType.Length == 0) file.MediaType = MediaTypes.OfName(file.Name);
    }
}
