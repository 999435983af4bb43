using System.Runtime.InteropServices;
using NUnit.Framework;

namespace Smtpd.Tests.Mime;

/// <summary>
/// Sees whether time follows size. It counts the processor time of this thread alone, and of two sizes in turns the best of several
/// runs, so that a machine that is busy with other things changes little.
/// </summary>
internal static partial class LinearTime
{
    /// <summary>How many times as large the large input is. Quadratic time is then 16 times as much for each octet.</summary>
    private const int Growth = 16;

    /// <summary>How many times as much an octet of the large input may cost: caches and the collector have their share.</summary>
    private const double Slack = 4;

    private const int Runs = 10;

    /// <summary>So often is looked at what lies between: what a busy machine, the collector or the compiler has slowed down does not stay slow.</summary>
    private const int RunsInDoubt = 60;
    private const int RunsOfSmall = 3;

    /// <summary>Less than this is measured badly, and bad for nobody.</summary>
    private static readonly TimeSpan _least = TimeSpan.FromMicroseconds(100);

    /// <param name="make">Makes an input of about so many octets.</param>
    /// <param name="octets">Of the small one.</param>
    /// <param name="run">What is measured.</param>
    public static void Check(Func<int, byte[]> make, int octets, Action<byte[]> run)
    {
        double ratio = Ratio(make, octets, run);
        Assert.That(ratio, Is.LessThan(Slack), $"an octet of {Growth * octets} costs {ratio:F1} times as much as one of {octets}");
    }

    /// <summary>How many times as much an octet of the large input costs as one of the small.</summary>
    public static double Ratio(Func<int, byte[]> make, int octets, Action<byte[]> run)
    {
        byte[] small = make(octets), large = make(Growth * octets);
        // Code is slow until it has run for a while, and the small input would look dear.
        run(large);
        TimeSpan once = TimeSpan.MaxValue, many = TimeSpan.MaxValue;
        double ratio = double.MaxValue;
        // The first run shows already what is fast; only what looks slow is looked at again.
        for (int i = 0; ratio >= Slack && i < (ratio < 2 * Slack ? RunsInDoubt : Runs); i++)
        {
            for (int k = 0; k < RunsOfSmall; k++) once = Smaller(once, Time(small, run));
            many = Smaller(many, Time(large, run));
            ratio = many / Larger(once, _least) * small.Length / large.Length;
        }
        return ratio;
    }

    private static TimeSpan Smaller(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Larger(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Time(byte[] input, Action<byte[]> run)
    {
        TimeSpan start = ThreadTime();
        run(input);
        return ThreadTime() - start;
    }

    /// <summary>Processor time that this thread has used.</summary>
    public static TimeSpan ThreadTime()
    {
        const int ThreadClock = 3;
        if (GetTime(ThreadClock, out Moment moment) != 0) throw new InvalidOperationException("There is no clock of a thread's processor time.");
        return TimeSpan.FromSeconds(moment.Seconds) + TimeSpan.FromMicroseconds(moment.Nanoseconds / 1000);
    }

    private readonly struct Moment
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int GetTime(int clock, out Moment moment);
}
