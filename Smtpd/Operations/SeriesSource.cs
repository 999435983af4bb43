namespace Smtpd.Operations;

/// <summary>What a value of a series says of its span of time.</summary>
internal enum SeriesKind
{
    /// <summary>How much was added to a number that only grows.</summary>
    Count,

    /// <summary>The greatest of what was read in it.</summary>
    Peak,

    /// <summary>What was read at its end.</summary>
    Level,
}

/// <summary>Something that is read once a second.</summary>
/// <param name="Read">Quick, and without waiting; not a number where nothing is known.</param>
internal sealed record SeriesSource(SeriesKind Kind, Func<double> Read);

/// <summary>A piece of a series.</summary>
/// <param name="From">When its first span began, in seconds of Unix time.</param>
/// <param name="Until">When its last span ended.</param>
/// <param name="Step">Seconds of a span.</param>
/// <param name="Columns">One list for each source, in their order, with one value for each span.</param>
/// <param name="Percentiles">One list for each of <see cref="SeriesWindow.Parts"/>.</param>
internal sealed record SeriesSlice(long From, long Until, int Step, double[][] Columns, double[][] Percentiles);
