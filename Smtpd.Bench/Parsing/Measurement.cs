using System.Globalization;

namespace Smtpd.Bench.Parsing;

/// <summary>Parses the messages of one folder again and again, for a given processor time.</summary>
internal sealed class Measurement
{
    private readonly string _name;
    private readonly byte[][] _messages;
    private readonly long _octets;
    private readonly TimeSpan _length;

    /// <param name="folder">Messages as files, every one of which is read into memory first.</param>
    /// <param name="length">How long to measure, after a quarter of it to warm up.</param>
    public Measurement(string folder, TimeSpan length)
    {
        _name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        _messages = [.. Directory.EnumerateFiles(folder, "*.eml").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        if (_messages.Length == 0) throw new InvalidDataException($"{folder} has no *.eml");
        _octets = _messages.Sum(message => (long)message.Length);
        _length = length;
    }

    public void PrintWhole()
    {
        Cost cost = Measure(source => FullParse.Whole(source));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_name} {cost.Microseconds:F2} {_octets / (cost.Microseconds * _messages.Length):F1}"));
    }

    public void PrintPhases()
    {
        Cost scan = Measure(FullParse.Scan), receive = Measure(source => FullParse.Receive(source)), whole = Measure(source => FullParse.Whole(source));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_name,-12} scan {scan.Microseconds,7:F2} us, complete {receive.Microseconds - scan.Microseconds,7:F2} us, decode {whole.Microseconds - receive.Microseconds,8:F2} us, whole {whole.Microseconds,8:F2} us; octets allocated: {scan.Octets,6:F0} + {receive.Octets - scan.Octets,6:F0} + {whole.Octets - receive.Octets,8:F0}"));
    }

    /// <summary>Of one message, on average.</summary>
    private readonly record struct Cost(double Microseconds, double Octets);

    private Cost Measure(Action<byte[]> parse)
    {
        Run(parse, _length / 4);
        return Run(parse, _length);
    }

    private Cost Run(Action<byte[]> parse, TimeSpan length)
    {
        // A round is long enough for the clock of processor time, and short enough that many can be made.
        int rounds = (int)Math.Max(1, 4_000_000 / _octets);
        TimeSpan start = Environment.CpuUsage.TotalTime, used;
        long allocated = GC.GetAllocatedBytesForCurrentThread(), parsed = 0;
        do
        {
            for (int round = 0; round < rounds; round++)
                foreach (byte[] message in _messages) parse(message);
            parsed += (long)rounds * _messages.Length;
            used = Environment.CpuUsage.TotalTime - start;
        }
        while (used < length);
        return new Cost(used.TotalMicroseconds / parsed, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / parsed);
    }
}
