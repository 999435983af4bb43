using System.Globalization;
using System.Text;

namespace Smtpd.Configuration;

/// <summary>What <c>smtpd check</c> prints: one line for each setting that holds, with where it comes from, then what deserves a word.</summary>
internal static class ConfigurationReport
{
    public static string Describe(ConfigurationReading reading)
    {
        var report = new StringBuilder();
        report.Append(CultureInfo.InvariantCulture, $"settings from {reading.Source}\n");
        foreach (EffectiveSetting setting in reading.Effective)
        {
            string value = Problems.Shown(setting.Text, int.MaxValue);
            report.Append($"{setting.Name} = {value}".TrimEnd()).Append(CultureInfo.InvariantCulture, $"  ({Place(setting)})\n");
        }
        foreach (Notice notice in reading.Notices) report.Append(CultureInfo.InvariantCulture, $"{(notice.Level <= LogLevel.Warn ? "warning" : "note")}: {notice.Text}\n");
        return report.ToString();
    }

    private static string Place(EffectiveSetting setting) =>
        setting.WrittenAs is { } name && setting.Origin != Origin.CommandLine ? $"{setting.Origin}, {name}" : setting.Origin.ToString();
}
