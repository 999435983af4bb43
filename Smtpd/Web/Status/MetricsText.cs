using System.Globalization;
using System.Text;

namespace Smtpd.Web.Status;

/// <summary>
/// Writes metrics in the text format 0.0.4 of Prometheus. Names and labels are words of our own: no address, subject or name of a user
/// ever stands in them.
/// </summary>
internal sealed class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Prefix = "smtpd_";

    private readonly StringBuilder _text = new();

    public void Counter(string name, string help, double value) => Family(name, "counter", help).Line(name, value);

    public void Gauge(string name, string help, double value) => Family(name, "gauge", help).Line(name, value);

    /// <param name="label">The name of the label that tells the values apart.</param>
    public void Counters(string name, string help, string label, IEnumerable<(string Label, long Count)> values) => Labelled(name, "counter", help, label, values);

    /// <inheritdoc cref="Counters"/>
    public void Gauges(string name, string help, string label, IEnumerable<(string Label, long Count)> values) => Labelled(name, "gauge", help, label, values);

    private void Labelled(string name, string type, string help, string label, IEnumerable<(string Label, long Count)> values)
    {
        Family(name, type, help);
        foreach ((string text, long count) in values) Line($"{name}{{{label}=\"{Escape(text)}\"}}", count);
    }

    /// <param name="labels">Names and values.</param>
    public void Info(string name, string help, params (string Name, string Value)[] labels) =>
        Family(name, "gauge", help).Line($"{name}{{{string.Join(',', labels.Select(one => $"{one.Name}=\"{Escape(one.Value)}\""))}}}", 1);

    public void Histogram(string name, string help, Operations.Histogram histogram)
    {
        Family(name, "histogram", help);
        long[] counts = histogram.Cumulative();
        for (int i = 0; i < counts.Length; i++)
            Line($"{name}_bucket{{le=\"{(i == histogram.Bounds.Count ? "+Inf" : histogram.Bounds[i].ToString(CultureInfo.InvariantCulture))}\"}}", counts[i]);
        Line($"{name}_sum", histogram.Sum);
        Line($"{name}_count", counts[^1]);
    }

    public override string ToString() => _text.ToString();

    private MetricsText Family(string name, string type, string help)
    {
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {Prefix}{name} {help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\n");
        _text.Append(CultureInfo.InvariantCulture, $"# TYPE {Prefix}{name} {type}\n");
        return this;
    }

    private void Line(string sample, double value) => _text.Append(CultureInfo.InvariantCulture, $"{Prefix}{sample} {value:R}\n");

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
