namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>Which marks of messages reached which file of the store, and which syncs followed.</summary>
internal sealed class StoreWrites(IReadOnlyList<StoreWrites.FileHistory> files)
{
    /// <param name="Written">Where in the trace the first write of a mark had returned.</param>
    /// <param name="Syncs">The syncs of the file that succeeded.</param>
    internal sealed record FileHistory(IReadOnlyDictionary<string, int> Written, IReadOnlyList<SystemCall> Syncs);

    /// <summary>
    /// True when a sync of a file had returned before this moment of the trace, and had been asked for after enough of these marks had been
    /// written to that same file. (A mark that lies across two pages is written in two halves and not seen; hence "enough".)
    /// </summary>
    public bool AreSafeBefore(int moment, IReadOnlyCollection<string> marks, int enough) =>
        files.Any(file => file.Syncs.Any(sync => sync.Ended < moment
            && marks.Count(mark => file.Written.TryGetValue(mark, out int written) && written < sync.Begun) >= enough));
}
