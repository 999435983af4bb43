namespace Smtpd.Mail.Unicode;

/// <summary>Where the invisible joiners may stand in a label (RFC 5892 appendix A.1 and A.2).</summary>
internal static class JoinerRule
{
    private const int Virama = 9;

    /// <param name="place">Where U+200C or U+200D stands.</param>
    public static bool Holds(string label, int place)
    {
        if (place > 0 && UnicodeTables.TraitsOf(CodePointBefore(label, place)).CombiningClass == Virama) return true;
        return label[place] == '\u200C' && JoinsBefore(label, place) && JoinsBehind(label, place + 1);
    }

    private static bool JoinsBefore(string label, int place)
    {
        while (place > 0)
        {
            int point = CodePointBefore(label, place);
            JoiningType joining = UnicodeTables.TraitsOf(point).Joining;
            if (joining != JoiningType.Transparent) return joining is JoiningType.Left or JoiningType.Dual;
            place -= point < 0x10000 ? 1 : 2;
        }
        return false;
    }

    private static bool JoinsBehind(string label, int place)
    {
        while (place < label.Length)
        {
            JoiningType joining = UnicodeTables.TraitsOf(Normalization.CodePointAt(label, place, out int length)).Joining;
            if (joining != JoiningType.Transparent) return joining is JoiningType.Right or JoiningType.Dual;
            place += length;
        }
        return false;
    }

    private static int CodePointBefore(string label, int place) =>
        place > 1 && char.IsSurrogatePair(label[place - 2], label[place - 1]) ? char.ConvertToUtf32(label[place - 2], label[place - 1]) : label[place - 1];
}
