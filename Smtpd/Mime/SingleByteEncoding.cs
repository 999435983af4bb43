using System.Text;

namespace Smtpd.Mime;

/// <summary>A charset of 256 letters.</summary>
/// <param name="letters">What each octet stands for.</param>
internal sealed class SingleByteEncoding(string name, string letters) : MailEncoding(name)
{
    /// <summary>Letters that the library invents for octets that stand for nothing.</summary>
    private const char FirstPrivate = '\uE000';
    private const char LastPrivate = '\uF8FE';

    protected override void Decode(ReadOnlySpan<byte> octets, StringBuilder text)
    {
        foreach (byte octet in octets) text.Append(letters[octet]);
    }

    /// <summary>The charset whose lower half is ASCII.</summary>
    /// <param name="upper">The letters from 0x80 or from 0xA0 on; in the latter case control characters stand before them.</param>
    public static SingleByteEncoding OfUpperHalf(string name, string upper)
    {
        var letters = new StringBuilder(256);
        for (int i = 0; i < 256 - upper.Length; i++) letters.Append((char)i);
        return new SingleByteEncoding(name, letters.Append(upper).ToString());
    }

    /// <summary>A charset of the library, without the letters that it invents, and with corrections.</summary>
    /// <param name="corrections">Pairs of an octet, as a letter of the same number, and what it stands for.</param>
    public static SingleByteEncoding OfLibrary(Encoding library, string corrections = "")
    {
        Span<char> letters = stackalloc char[256];
        for (int octet = 0; octet < 256; octet++)
        {
            char letter = library.GetString([(byte)octet])[0];
            letters[octet] = letter is >= FirstPrivate and <= LastPrivate ? Unknown : letter;
        }
        for (int i = 0; i < corrections.Length; i += 2) letters[corrections[i]] = corrections[i + 1];
        return new SingleByteEncoding(library.WebName, letters.ToString());
    }
}
