using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Smtpd.Mail.Unicode;

/// <summary>The classes of UAX 9 that RFC 5893 and RFC 4013 tell apart; the rest stand in no name.</summary>
internal enum BidiClass { Other, L, R, AL, EN, ES, CS, ET, AN, ON, BN, NSM }

/// <summary>How a character joins its neighbours (UAX 44, Joining_Type).</summary>
internal enum JoiningType { None, JoinCausing, Dual, Left, Right, Transparent }

/// <summary>What UTS 46 §5 does with a character of a domain name; the deviations are valid, as non-transitional processing has it.</summary>
internal enum IdnaStatus { Disallowed, Valid, Mapped, Ignored }

/// <summary>What the tables know of one code point.</summary>
internal readonly record struct CharacterTraits(uint Bits)
{
    /// <summary>Canonical_Combining_Class (UAX 44); 0 for a character that begins a new sequence.</summary>
    public int CombiningClass => (int)(Bits & 0xFF);

    public BidiClass Bidi => (BidiClass)((Bits >> 8) & 0xF);

    public JoiningType Joining => (JoiningType)((Bits >> 12) & 7);

    /// <summary>True for the General_Category M.</summary>
    public bool IsMark => (Bits & 0x8000) != 0;

    public IdnaStatus Idna => (IdnaStatus)(Bits >> 16);
}

/// <summary>
/// The Unicode Character Database as far as names need it, out of the embedded <c>unicode.tables</c> that
/// <c>generate.py</c> writes and describes. Read at first use: mail between ASCII addresses never comes here.
/// </summary>
internal static class UnicodeTables
{
    private const int BlockBits = 7;
    private const int PairWords = 2;
    private const int TripleWords = 3;

    private static readonly byte[] _all = EmbeddedFile.Read("unicode.tables");

    public static CharacterTraits TraitsOf(int codePoint)
    {
        if ((uint)codePoint > 0x10FFFF) return default;
        int block = Section(0)[codePoint >> BlockBits];
        int traits = Section(1)[(block << BlockBits) | (codePoint & ((1 << BlockBits) - 1))];
        return new CharacterTraits(BinaryPrimitives.ReadUInt32LittleEndian(Section(2)[(traits * sizeof(uint))..]));
    }

    /// <summary>The whole canonical decomposition; empty for a character that has none. Hangul is not in the table.</summary>
    public static ReadOnlySpan<char> CanonicalDecomposition(int codePoint) => Find(3, codePoint);

    /// <summary>The whole compatibility decomposition where it differs from the canonical one, else empty.</summary>
    public static ReadOnlySpan<char> CompatibilityDecomposition(int codePoint) => Find(4, codePoint);

    /// <summary>The full case folding (the statuses C and F of CaseFolding.txt); empty for a character that folds to itself.</summary>
    public static ReadOnlySpan<char> CaseFolding(int codePoint) => Find(5, codePoint);

    /// <summary>What the two become when they are composed canonically; 0 when they stay two.</summary>
    public static int Composition(int first, int second)
    {
        ReadOnlySpan<uint> pairs = MemoryMarshal.Cast<byte, uint>(Section(6));
        int low = 0, high = (pairs.Length / TripleWords) - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            ReadOnlySpan<uint> pair = pairs.Slice(middle * TripleWords, TripleWords);
            if (pair[0] == first && pair[1] == second) return (int)pair[2];
            if (pair[0] < first || (pair[0] == first && pair[1] < second)) low = middle + 1;
            else high = middle - 1;
        }
        return 0;
    }

    private static ReadOnlySpan<char> Find(int section, int codePoint)
    {
        ReadOnlySpan<uint> entries = MemoryMarshal.Cast<byte, uint>(Section(section));
        int low = 0, high = (entries.Length / PairWords) - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            uint found = entries[middle * PairWords];
            if (found < codePoint) low = middle + 1;
            else if (found > codePoint) high = middle - 1;
            else
            {
                uint place = entries[(middle * PairWords) + 1];
                return MemoryMarshal.Cast<byte, char>(Section(7)).Slice((int)(place >> 8), (int)(place & 0xFF));
            }
        }
        return default;
    }

    private const int Sections = 8;

    private static ReadOnlySpan<byte> Section(int number)
    {
        ReadOnlySpan<byte> all = _all;
        int start = BinaryPrimitives.ReadInt32LittleEndian(all[(number * sizeof(int))..]);
        int end = number + 1 < Sections ? BinaryPrimitives.ReadInt32LittleEndian(all[((number + 1) * sizeof(int))..]) : all.Length;
        return all[start..end];
    }
}
