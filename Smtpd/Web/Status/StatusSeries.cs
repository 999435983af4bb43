using System.Text.Json;
using Smtpd.Operations;
using Smtpd.Storage;

namespace Smtpd.Web.Status;

/// <summary>Which figures are followed through time, in which order, and how they are told.</summary>
internal static class StatusSeries
{
    /// <summary>The order of the sources: these, then refusals by reason, then <see cref="OfListener"/> for each listener.</summary>
    private static readonly string[] s_names =
        ["Messages", "Octets", "Connections", "Rejected", "Cpu", "OpenConnections", "OpenWebConnections", "Waiting", "Memory", "ManagedMemory", "StoreSize", "FreeDisk"];

    private static readonly string[] s_percentiles = ["CommitP50", "CommitP95", "CommitP99"];

    /// <summary>Sources of one listener: open connections and messages.</summary>
    private const int OfListener = 2;

    /// <summary>Digits behind the point that are told: a microsecond.</summary>
    private const int Digits = 6;

    /// <param name="waiting">How many messages wait to be committed.</param>
    public static IReadOnlyList<SeriesSource> Sources(Metrics metrics, IMailStore store, Func<int> waiting) =>
    [
        Count(() => metrics.Accepted.Value),
        Count(() => metrics.AcceptedOctets.Value),
        Count(() => metrics.SmtpConnections.Value),
        Count(() => metrics.Rejected.Value),
        Count(() => Environment.CpuUsage.TotalTime.TotalSeconds),
        Peak(() => metrics.OpenSmtpConnections.Value),
        Peak(() => metrics.OpenWebConnections.Value),
        Peak(() => waiting()),
        Level(() => Environment.WorkingSet),
        Level(() => GC.GetGCMemoryInfo().HeapSizeBytes),
        Level(() => store.SizeInBytes),
        Level(() => store.Space.Free ?? double.NaN),
        .. Rejections.Reasons.Select(reason => Count(() => metrics.Rejections.Of(reason))),
        .. metrics.Listeners.SelectMany(listener => (IEnumerable<SeriesSource>)[Peak(() => listener.OpenConnections.Value), Count(() => listener.Messages.Value)]),
    ];

    public static void Write(Utf8JsonWriter writer, SeriesSlice slice, bool byMinute)
    {
        writer.WriteString("Resolution", byMinute ? "minute" : "second");
        writer.WriteNumber("Step", slice.Step);
        writer.WriteNumber("From", slice.From);
        writer.WriteNumber("Until", slice.Until);
        ReadOnlySpan<double[]> columns = slice.Columns;
        for (int i = 0; i < s_names.Length; i++) Write(writer, s_names[i], At(columns, i));
        for (int i = 0; i < s_percentiles.Length; i++) Write(writer, s_percentiles[i], slice.Percentiles[i]);
        writer.WriteStartObject("Rejections");
        foreach (RejectionReason reason in Rejections.Reasons) Write(writer, reason.ToString(), At(columns, s_names.Length + (int)reason));
        writer.WriteEndObject();
        writer.WriteStartArray("Listeners");
        for (int i = s_names.Length + Rejections.Reasons.Count; i < columns.Length; i += OfListener)
        {
            writer.WriteStartObject();
            Write(writer, "OpenConnections", columns[i]);
            Write(writer, "Messages", columns[i + 1]);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Nothing while nothing is followed yet.</summary>
    private static double[] At(ReadOnlySpan<double[]> columns, int place) => place < columns.Length ? columns[place] : [];

    private static void Write(Utf8JsonWriter writer, string name, double[] values)
    {
        writer.WriteStartArray(name);
        foreach (double value in values)
        {
            if (double.IsNaN(value)) writer.WriteNullValue();
            else writer.WriteNumberValue(Math.Round(value, Digits));
        }
        writer.WriteEndArray();
    }

    private static SeriesSource Count(Func<double> read) => new(SeriesKind.Count, read);

    private static SeriesSource Peak(Func<double> read) => new(SeriesKind.Peak, read);

    private static SeriesSource Level(Func<double> read) => new(SeriesKind.Level, read);
}
