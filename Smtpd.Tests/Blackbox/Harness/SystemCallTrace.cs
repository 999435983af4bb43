using System.Globalization;
using System.Text.RegularExpressions;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>One system call. Positions are lines of the trace, which strace writes in the order of events.</summary>
/// <param name="Begun">The line on which the call was entered.</param>
/// <param name="Ended">The line on which it returned; <see cref="int.MaxValue"/> when it never did.</param>
/// <param name="File">The path behind the first argument's descriptor, empty when there is none.</param>
/// <param name="Succeeded">False for a call that returned an error or never returned.</param>
internal sealed record SystemCall(string Name, string Arguments, string File, int Begun, int Ended, bool Succeeded);

/// <summary>Reads what <c>strace -f -y</c> wrote.</summary>
internal sealed partial class SystemCallTrace
{
    private SystemCallTrace(IReadOnlyList<SystemCall> calls) => Calls = calls;

    public IReadOnlyList<SystemCall> Calls { get; }

    /// <summary>The command that runs a program under strace and leaves it the process id that it would have had.</summary>
    public static IReadOnlyList<string> Command(string traceFile) =>
        ["strace", "-D", "-f", "-y", "-s", "1000000", "-e", "trace=write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg,fsync,fdatasync", "-o", traceFile];

    public static SystemCallTrace Parse(IEnumerable<string> lines)
    {
        var calls = new List<SystemCall>();
        var unfinished = new Dictionary<string, SystemCall>();
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            if (ResumedLine().Match(line) is { Success: true } resumed)
            {
                if (!unfinished.Remove(resumed.Groups["thread"].Value, out SystemCall? begun)) continue;
                calls.Add(begun with { Arguments = begun.Arguments + resumed.Groups["rest"].Value, Ended = number, Succeeded = IsSuccess(line) });
            }
            else if (CallLine().Match(line) is { Success: true } call)
            {
                string arguments = call.Groups["rest"].Value;
                var found = new SystemCall(call.Groups["name"].Value, arguments, call.Groups["file"].Value, number, int.MaxValue, false);
                if (arguments.EndsWith("<unfinished ...>", StringComparison.Ordinal)) unfinished[call.Groups["thread"].Value] = found;
                else calls.Add(found with { Ended = number, Succeeded = IsSuccess(line) });
            }
        }
        calls.AddRange(unfinished.Values);
        return new SystemCallTrace([.. calls.OrderBy(call => call.Begun)]);
    }

    /// <summary>The sendings of <c>250 … queued as</c>, by the id in them.</summary>
    public IReadOnlyDictionary<string, SystemCall> Acknowledgements()
    {
        var found = new Dictionary<string, SystemCall>();
        foreach (SystemCall call in Calls)
            if (call.Name is "sendto" or "sendmsg" or "sendmmsg" or "write" or "writev")
                foreach (Match id in QueuedAs().Matches(call.Arguments)) found.TryAdd(id.Groups["id"].Value, call);
        return found;
    }

    /// <summary>What was written to the store's lasting files and when it was synced.</summary>
    /// <param name="isStoreFile">Which paths those are.</param>
    /// <param name="mark">Finds the texts by which messages are told apart.</param>
    public StoreWrites WritesTo(Func<string, bool> isStoreFile, Regex mark)
    {
        var files = new List<StoreWrites.FileHistory>();
        foreach (IGrouping<string, SystemCall> file in Calls.Where(call => call.Succeeded && isStoreFile(call.File)).GroupBy(call => call.File))
        {
            var written = new Dictionary<string, int>();
            foreach (SystemCall write in file.Where(call => call.Name.Contains("write", StringComparison.Ordinal)).OrderBy(call => call.Ended))
                foreach (Match found in mark.Matches(write.Arguments)) written.TryAdd(found.Value, write.Ended);
            files.Add(new(written, [.. file.Where(call => call.Name is "fsync" or "fdatasync")]));
        }
        return new StoreWrites(files);
    }

    private static bool IsSuccess(string line) =>
        Result().Match(line) is { Success: true } result && long.Parse(result.Groups["value"].Value, CultureInfo.InvariantCulture) >= 0;

    [GeneratedRegex(@"^(?<thread>\d+) +(?<name>\w+)\((?<rest>(?:\d+<(?<file>[^>]*)>)?.*)$")]
    private static partial Regex CallLine();

    [GeneratedRegex(@"^(?<thread>\d+) +<\.\.\. \w+ resumed>(?<rest>.*)$")]
    private static partial Regex ResumedLine();

    [GeneratedRegex(@"\) += (?<value>-?\d+)[^)""]*(\([^)]*\))?$")]
    private static partial Regex Result();

    [GeneratedRegex(@"queued as (?<id>[0-9a-f]{24})")]
    private static partial Regex QueuedAs();
}
