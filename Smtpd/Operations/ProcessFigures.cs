using System.Diagnostics;

namespace Smtpd.Operations;

/// <summary>What the system says of the process.</summary>
/// <param name="ResidentBytes">Octets in memory.</param>
/// <param name="CpuSeconds">Processor time, of the system's code too.</param>
/// <param name="Descriptors">Open descriptors; -1 when they cannot be counted.</param>
/// <param name="MostDescriptors">How many there may be; -1 when that is not known.</param>
internal sealed record ProcessFigures(long ResidentBytes, double CpuSeconds, int Descriptors, long MostDescriptors)
{
    public static ProcessFigures Now()
    {
        using var process = Process.GetCurrentProcess();
        return new ProcessFigures(process.WorkingSet64, process.TotalProcessorTime.TotalSeconds, CountDescriptors(), DescriptorLimit());
    }

    private static int CountDescriptors()
    {
        try
        {
            // The folder that is read is one of them.
            return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() - 1;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    private static long DescriptorLimit()
    {
        try
        {
            string? line = File.ReadLines("/proc/self/limits").FirstOrDefault(one => one.StartsWith("Max open files", StringComparison.Ordinal));
            string? number = line?["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return long.TryParse(number, out long limit) ? limit : -1;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }
}
