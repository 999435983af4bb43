using System.Buffers;
using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// Puts text and encoded words together. The octets of neighbouring words of one charset are gathered until something else comes, and
/// then decoded as one.
/// </summary>
internal ref struct WordDecoder : IDisposable
{
    private TextBuffer _text;
    private byte[] _octets;
    private int _count;
    private ReadOnlySpan<char> _charset;

    // A quantum of base64 that is not whole yet: some senders cut their base64 into words wherever a line ends.
    private int _bits;
    private int _digits;

    /// <param name="first">Memory for short texts.</param>
    /// <param name="letters">Of all that will come; decoded words never have more octets.</param>
    public WordDecoder(Span<char> first, int letters)
    {
        _text = new TextBuffer(first);
        _octets = ArrayPool<byte>.Shared.Rent(letters);
    }

    public void AppendText(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return;
        Flush();
        _text.Append(text);
    }

    public void AppendWord(ReadOnlySpan<char> charset, bool isBase64, ReadOnlySpan<char> encoded)
    {
        if (!charset.Equals(_charset, StringComparison.OrdinalIgnoreCase)) Flush();
        _charset = charset;
        if (!isBase64 || !IsCut) EndQuantum();
        if (isBase64) AppendBase64(encoded);
        else AppendQ(encoded);
    }

    /// <summary>The bits that a last quantum has too many are zero; where they are not, or are too few for an octet, it was not the last.</summary>
    private readonly bool IsCut => _digits switch
    {
        1 => true,
        2 => (_bits & 0b1111) != 0,
        3 => (_bits & 0b11) != 0,
        _ => false,
    };

    /// <summary>Base64 that may lack padding, hold foreign characters, or go on behind its padding.</summary>
    private void AppendBase64(ReadOnlySpan<char> encoded)
    {
        foreach (char letter in encoded)
        {
            int value = letter switch
            {
                >= 'A' and <= 'Z' => letter - 'A',
                >= 'a' and <= 'z' => letter - 'a' + 26,
                >= '0' and <= '9' => letter - '0' + 52,
                '+' or '-' => 62,
                '/' or '_' => 63,
                _ => -1,
            };
            if (value < 0)
            {
                if (letter == '=') EndQuantum();
                continue;
            }
            _bits = (_bits << 6) | value;
            if (++_digits < 4) continue;
            _octets[_count] = (byte)(_bits >> 16);
            _octets[_count + 1] = (byte)(_bits >> 8);
            _octets[_count + 2] = (byte)_bits;
            _count += 3;
            _bits = _digits = 0;
        }
    }

    /// <summary>Gives the whole octets of a quantum that has less than four digits.</summary>
    private void EndQuantum()
    {
        if (_digits == 3)
        {
            _octets[_count++] = (byte)(_bits >> 10);
            _octets[_count++] = (byte)(_bits >> 2);
        }
        else if (_digits == 2) _octets[_count++] = (byte)(_bits >> 4);
        _bits = _digits = 0;
    }

    private void AppendQ(ReadOnlySpan<char> encoded)
    {
        for (int i = 0; i < encoded.Length; i++)
        {
            char letter = encoded[i];
            if (letter >= 0x80)
            {
                // Sent as it is, against the rule, and decoded with the field already.
                Flush();
                _text.Append(letter);
                continue;
            }
            byte octet = letter == '_' ? (byte)' ' : (byte)letter;
            if (letter == '=' && i + 2 < encoded.Length && char.IsAsciiHexDigit(encoded[i + 1]) && char.IsAsciiHexDigit(encoded[i + 2]))
            {
                octet = (byte)((ValueOf(encoded[i + 1]) << 4) | ValueOf(encoded[i + 2]));
                i += 2;
            }
            _octets[_count++] = octet;
        }
    }

    private static int ValueOf(char digit) => (digit & 15) + (digit > '9' ? 9 : 0);

    private void Flush()
    {
        EndQuantum();
        if (_count == 0) return;
        ReadOnlySpan<byte> octets = _octets.AsSpan(0, _count);
        if (_charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && System.Text.Unicode.Utf8.IsValid(octets)) _text.Advance(Encoding.UTF8.GetChars(octets, _text.GetSpan(_count)));
        else _text.Append(HeaderText.Decode(octets, _charset));
        _count = 0;
    }

    /// <summary>All that came, decoded. Nothing is appended afterwards.</summary>
    public string Finish()
    {
        Flush();
        return _text.ToString();
    }

    public void Dispose()
    {
        _text.Dispose();
        ArrayPool<byte>.Shared.Return(_octets);
        _octets = [];
    }
}
