using System.Text;

namespace Smtpd.Mime;

/// <summary>An encoding that the library does not have, or reads otherwise than mail means it. It decodes only, and never fails.</summary>
/// <param name="name">What it is called in a header.</param>
internal abstract class MailEncoding(string name) : Encoding(0)
{
    protected const char Unknown = '\uFFFD';

    public override string WebName => name;

    public override string EncodingName => name;

    public override string BodyName => name;

    public override string HeaderName => name;

    /// <summary>Appends the text of the octets. What the encoding does not know becomes U+FFFD.</summary>
    protected abstract void Decode(ReadOnlySpan<byte> octets, StringBuilder text);

    /// <summary>The octets as text.</summary>
    public string Decode(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder(octets.Length);
        Decode(octets, text);
        return text.ToString();
    }

    public override int GetCharCount(byte[] bytes, int index, int count) => Decode(bytes.AsSpan(index, count)).Length;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        string text = Decode(bytes.AsSpan(byteIndex, byteCount));
        text.CopyTo(chars.AsSpan(charIndex));
        return text.Length;
    }

    public override string GetString(byte[] bytes, int index, int count) => Decode(bytes.AsSpan(index, count));

    // No octet becomes more than one pair of surrogates.
    public override int GetMaxCharCount(int byteCount) => (2 * byteCount) + 1;

    public override int GetMaxByteCount(int charCount) => throw Refuse();

    public override int GetByteCount(char[] chars, int index, int count) => throw Refuse();

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => throw Refuse();

    private NotSupportedException Refuse() => new($"{name} is only read.");
}
