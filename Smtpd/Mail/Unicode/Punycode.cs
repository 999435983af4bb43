using System.Text;

namespace Smtpd.Mail.Unicode;

/// <summary>A label beyond ASCII written in ASCII (RFC 3492), without the <c>xn--</c>.</summary>
internal static class Punycode
{
    private const int Base = 36, TMin = 1, TMax = 26, Skew = 38, Damp = 700, InitialBias = 72, InitialN = 0x80;

    /// <summary>The label in ASCII, in lower case; null when the number of its letters goes beyond what can be counted.</summary>
    public static string? Encode(string label)
    {
        List<int> points = PointsOf(label);
        var text = new StringBuilder(label.Length + 8);
        foreach (int point in points)
            if (point < InitialN) text.Append((char)point);
        int basic = text.Length, done = basic;
        if (basic > 0) text.Append('-');
        int n = InitialN, bias = InitialBias;
        long delta = 0;
        while (done < points.Count)
        {
            int next = points.Where(point => point >= n).Min();
            delta += (long)(next - n) * (done + 1);
            if (delta > int.MaxValue) return null;
            n = next;
            foreach (int point in points)
            {
                if (point < n) delta++;
                if (point != n) continue;
                long rest = delta;
                for (int k = Base; ; k += Base)
                {
                    int threshold = Math.Clamp(k - bias, TMin, TMax);
                    if (rest < threshold) break;
                    text.Append(Digit(threshold + (int)((rest - threshold) % (Base - threshold))));
                    rest = (rest - threshold) / (Base - threshold);
                }
                text.Append(Digit((int)rest));
                bias = Adapt(delta, done + 1, done == basic);
                delta = 0;
                done++;
            }
            delta++;
            n++;
        }
        return text.ToString();
    }

    /// <summary>The label that was encoded; null for what is no such code.</summary>
    public static string? Decode(ReadOnlySpan<char> code)
    {
        var points = new List<int>(code.Length);
        int delimiter = code.LastIndexOf('-');
        // A delimiter in front of everything ends nothing; as a digit it is wrong.
        if (delimiter == 0) return null;
        foreach (char letter in delimiter < 0 ? default : code[..delimiter])
        {
            if (letter >= InitialN) return null;
            points.Add(letter);
        }
        code = code[(delimiter + 1)..];
        int bias = InitialBias;
        long n = InitialN, i = 0;
        while (!code.IsEmpty)
        {
            long before = i, weight = 1;
            for (int k = Base; ; k += Base)
            {
                if (code.IsEmpty) return null;
                int digit = ValueOf(code[0]);
                code = code[1..];
                if (digit < 0) return null;
                i += digit * weight;
                if (i > int.MaxValue) return null;
                int threshold = Math.Clamp(k - bias, TMin, TMax);
                if (digit < threshold) break;
                weight *= Base - threshold;
                if (weight > int.MaxValue) return null;
            }
            bias = Adapt(i - before, points.Count + 1, before == 0);
            n += i / (points.Count + 1);
            i %= points.Count + 1;
            if (n > 0x10FFFF || n is >= 0xD800 and <= 0xDFFF) return null;
            points.Insert((int)i++, (int)n);
        }
        var text = new StringBuilder(points.Count);
        foreach (int point in points) Normalization.Append(text, point);
        return text.ToString();
    }

    private static List<int> PointsOf(string label)
    {
        var points = new List<int>(label.Length);
        for (int i = 0; i < label.Length;)
        {
            points.Add(Normalization.CodePointAt(label, i, out int length));
            i += length;
        }
        return points;
    }

    private static int Adapt(long delta, int count, bool isFirst)
    {
        delta = isFirst ? delta / Damp : delta / 2;
        delta += delta / count;
        int k = 0;
        for (; delta > (Base - TMin) * TMax / 2; k += Base) delta /= Base - TMin;
        return k + (int)((Base - TMin + 1) * delta / (delta + Skew));
    }

    private static char Digit(int value) => (char)(value < 26 ? 'a' + value : '0' + (value - 26));

    private static int ValueOf(char digit) => digit switch
    {
        >= 'a' and <= 'z' => digit - 'a',
        >= 'A' and <= 'Z' => digit - 'A',
        >= '0' and <= '9' => digit - '0' + 26,
        _ => -1,
    };
}
