using System.Buffers;
using System.Text;
using Smtpd.Mail;

namespace Smtpd.Mime;

/// <summary>
/// Reads <c>a@b</c>, <c>Name &lt;a@b&gt;</c> and <c>"Name" &lt;a@b&gt;</c> in ASCII from the octets of an address list. Whatever is written in another way is
/// left to <see cref="AddressReader"/>, which reads everything and would read these alike.
/// </summary>
internal static class PlainAddress
{
    /// <summary>Letters of an address, the <c>@</c> and the dots among them (RFC 5322 §3.2.3).</summary>
    private static readonly SearchValues<byte> _address = SearchValues.Create("!#$%&'*+-./=?@^_`{|}~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Letters of a name without quotes; an encoded word is one.</summary>
    private static readonly SearchValues<byte> _name = SearchValues.Create(" !#$%&'*+-./=?^_`{|}~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> _quotedName =
        SearchValues.Create(" !#$%&'()*+,-./:;<=>?@[]^_`{|}~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Takes the next address with the separator behind it from the front; false, and nothing taken, where it is not so plain.</summary>
    /// <param name="list">Begins at an address, or with what stands between two.</param>
    public static bool TryRead(scoped ref ReadOnlySpan<byte> list, out Correspondent? one)
    {
        one = null;
        ReadOnlySpan<byte> rest = list;
        while (!rest.IsEmpty && (rest[0] is (byte)',' or (byte)';' || HeaderText.IsBlank(rest[0]))) rest = rest[1..];
        if (!rest.IsEmpty)
        {
            bool isQuoted = rest[0] == '"';
            if (!TryReadName(ref rest, out ReadOnlySpan<byte> name)) return false;
            bool isBare = rest.IsEmpty || rest[0] != '<';
            if (isBare && !name.IsEmpty) return false;
            if (!isBare) rest = rest[1..];
            ReadOnlySpan<byte> address = Take(ref rest, _address);
            if (address.IsEmpty || address.IndexOf("=?"u8) >= 0 || (isBare ? !address.Contains((byte)'@') : address[0] == '@' || rest.IsEmpty || rest[0] != '>')) return false;
            if (!isBare) rest = rest[1..];
            while (!rest.IsEmpty && HeaderText.IsBlank(rest[0])) rest = rest[1..];
            if (!rest.IsEmpty && rest[0] is not ((byte)',' or (byte)';')) return false;
            one = new Correspondent(Decode(name), Encoding.ASCII.GetString(address));
            // Who writes the address twice has no name.
            if (!isQuoted && one.Name.Equals(one.Address, StringComparison.OrdinalIgnoreCase)) one = new Correspondent("", one.Address);
        }
        list = rest;
        return true;
    }

    /// <summary>Takes a name, if there is one, up to the bracket behind it.</summary>
    private static bool TryReadName(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name)
    {
        name = default;
        if (rest[0] == '"')
        {
            ReadOnlySpan<byte> quoted = rest[1..];
            name = Take(ref quoted, _quotedName);
            if (quoted.IsEmpty || quoted[0] != '"') return false;
            rest = quoted[1..];
            while (!rest.IsEmpty && HeaderText.IsBlank(rest[0])) rest = rest[1..];
            return !rest.IsEmpty && rest[0] == '<' && name.Length > 0;
        }
        ReadOnlySpan<byte> words = rest;
        ReadOnlySpan<byte> phrase = Take(ref words, _name);
        // A line may be folded behind the name.
        while (!words.IsEmpty && HeaderText.IsBlank(words[0])) words = words[1..];
        if (words.IsEmpty || words[0] != '<') return true;
        name = phrase.TrimEnd((byte)' ');
        rest = words;
        return true;
    }

    private static string Decode(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return "";
        bool isPlain = name[0] != ' ' && name[^1] != ' ' && name.IndexOf("  "u8) < 0 && name.IndexOf("=?"u8) < 0;
        string text = Encoding.ASCII.GetString(name);
        return isPlain ? text : AddressReader.Squeeze(EncodedWords.Decode(AddressReader.Squeeze(text)));
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest, SearchValues<byte> octets)
    {
        int end = rest.IndexOfAnyExcept(octets);
        ReadOnlySpan<byte> taken = end < 0 ? rest : rest[..end];
        rest = rest[taken.Length..];
        return taken;
    }
}
