using Smtpd.Configuration;

namespace Smtpd.Web.Status;

/// <summary><c>GET /api/v1/status/settings</c>: what <c>smtpd check</c> prints. Secrets were hidden when the settings were read.</summary>
internal sealed class SettingsHandler(ConfigurationReading? reading) : IHandler
{
    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) => new(BytesAnswer.Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("Source", reading?.Source ?? "");
        writer.WriteStartArray("Settings");
        foreach (EffectiveSetting setting in reading?.Effective ?? [])
        {
            writer.WriteStartObject();
            writer.WriteString("Name", setting.Name);
            writer.WriteString("Value", setting.Text);
            writer.WriteString("Origin", setting.Origin.ToString());
            writer.WriteString("WrittenAs", setting.WrittenAs ?? "");
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("Notices");
        foreach (Notice notice in reading?.Notices ?? [])
        {
            writer.WriteStartObject();
            writer.WriteString("Level", notice.Level switch { LogLevel.Error => "error", LogLevel.Warn => "warning", _ => "note" });
            writer.WriteString("Text", notice.Text);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }));
}
