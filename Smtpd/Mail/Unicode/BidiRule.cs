namespace Smtpd.Mail.Unicode;

/// <summary>The Bidi rule for the labels of a name in which one is written from right to left (RFC 5893 §2).</summary>
internal static class BidiRule
{
    public static bool IsRightToLeft(string label)
    {
        foreach (BidiClass one in ClassesOf(label))
            if (one is BidiClass.R or BidiClass.AL or BidiClass.AN) return true;
        return false;
    }

    public static bool Holds(string label)
    {
        List<BidiClass> classes = ClassesOf(label);
        if (classes.Count == 0) return true;
        // Condition 1.
        if (classes[0] is not (BidiClass.L or BidiClass.R or BidiClass.AL)) return false;
        bool isLeftToRight = classes[0] == BidiClass.L;
        // Conditions 2 and 5.
        foreach (BidiClass one in classes)
        {
            bool isNeutral = one is BidiClass.EN or BidiClass.ES or BidiClass.CS or BidiClass.ET or BidiClass.ON or BidiClass.BN or BidiClass.NSM;
            if (!isNeutral && !(isLeftToRight ? one == BidiClass.L : one is BidiClass.R or BidiClass.AL or BidiClass.AN)) return false;
        }
        // Condition 4.
        if (classes.Contains(BidiClass.EN) && classes.Contains(BidiClass.AN)) return false;
        // Conditions 3 and 6.
        BidiClass last = classes.FindLast(one => one != BidiClass.NSM);
        return last == BidiClass.EN || (isLeftToRight ? last == BidiClass.L : last is BidiClass.R or BidiClass.AL or BidiClass.AN);
    }

    private static List<BidiClass> ClassesOf(string label)
    {
        var classes = new List<BidiClass>(label.Length);
        for (int i = 0; i < label.Length;)
        {
            classes.Add(UnicodeTables.TraitsOf(Normalization.CodePointAt(label, i, out int length)).Bidi);
            i += length;
        }
        return classes;
    }
}
