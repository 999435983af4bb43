namespace Smtpd.Mime;

/// <summary>A set of letters that an escape sequence calls up.</summary>
internal readonly record struct Iso2022Set(Iso2022Set.Kind Letter94, DoubleByteSet Letters)
{
    internal enum Kind
    {
        Ascii,
        JisRoman,
        JisKatakana,
        Latin1,
        Greek,
        Double,
    }

    public static readonly Iso2022Set Ascii = new(Kind.Ascii, DoubleByteSet.Unknown);
    public static readonly Iso2022Set Katakana = new(Kind.JisKatakana, DoubleByteSet.Unknown);

    public static Iso2022Set Double(DoubleByteSet letters) => new(Kind.Double, letters);

    public bool IsDouble => Letter94 == Kind.Double;

    /// <param name="octet">0x21 to 0x7E.</param>
    public char Letter(byte octet) => Letter94 switch
    {
        // JIS X 0201 differs from ASCII in two letters.
        Kind.JisRoman => octet switch { 0x5C => '\u00A5', 0x7E => '\u203E', _ => (char)octet },
        Kind.JisKatakana => octet <= 0x5F ? (char)('\uFF61' + octet - 0x21) : '\uFFFD',
        Kind.Latin1 => (char)(octet | 0x80),
        Kind.Greek => CodePages.Of(CodePages.Greek).GetString([(byte)(octet | 0x80)])[0],
        _ => (char)octet,
    };
}

/// <summary>Which sets the four places of ISO 2022 hold, and which of them is in use.</summary>
internal struct Iso2022State
{
    private Iso2022Set _first;
    private Iso2022Set _second;
    private Iso2022Set _third;
    private Iso2022Set _fourth;

    public bool IsShifted { get; set; }

    public readonly Iso2022Set Present => IsShifted ? _second : _first;

    public readonly Iso2022Set Set(int place) => place switch { 0 => _first, 1 => _second, 2 => _third, _ => _fourth };

    public void Designate(int place, Iso2022Set set)
    {
        switch (place)
        {
            case 0: _first = set; break;
            case 1: _second = set; break;
            case 2: _third = set; break;
            default: _fourth = set; break;
        }
    }

    /// <summary>Takes an escape sequence that puts a set into a place; returns its length, 0 when it is none.</summary>
    public int TakeDesignation(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < 3) return 0;
        if (octets[1] == '&') return octets.Length > 5 && octets[2] == '@' ? 3 : 0;
        if (octets[1] == '$')
        {
            if (octets[2] is (byte)'@' or (byte)'A' or (byte)'B') return Take(0, Double(octets[2]), 3);
            int place = octets[2] - '(';
            return octets.Length > 3 && place is >= 0 and <= 3 ? Take(place, Double(octets[3]), 4) : 0;
        }
        if (octets[1] is >= (byte)'(' and <= (byte)'+') return Take(octets[1] - '(', Single(octets[2]), 3);
        if (octets[1] is >= (byte)'-' and <= (byte)'/') return Take(octets[1] - ',', Single96(octets[2]), 3);
        return 0;
    }

    private int Take(int place, Iso2022Set set, int length)
    {
        Designate(place, set);
        return length;
    }

    private static Iso2022Set Single(byte final) => final switch
    {
        (byte)'J' => new Iso2022Set(Iso2022Set.Kind.JisRoman, DoubleByteSet.Unknown),
        (byte)'I' => Iso2022Set.Katakana,
        _ => Iso2022Set.Ascii,
    };

    private static Iso2022Set Single96(byte final) => new(final == 'F' ? Iso2022Set.Kind.Greek : Iso2022Set.Kind.Latin1, DoubleByteSet.Unknown);

    private static Iso2022Set Double(byte final) => Iso2022Set.Double(final switch
    {
        (byte)'@' or (byte)'B' or (byte)'O' or (byte)'Q' => DoubleByteSet.Jis0208,
        (byte)'D' => DoubleByteSet.Jis0212,
        // ISO-IR-165 is GB 2312 and more.
        (byte)'A' or (byte)'E' => DoubleByteSet.Gb2312,
        (byte)'C' => DoubleByteSet.Ksc5601,
        (byte)'G' => DoubleByteSet.CnsPlane1,
        (byte)'H' => DoubleByteSet.CnsPlane2,
        _ => DoubleByteSet.Unknown,
    });
}
