using System.Buffers;
using System.Text.Json;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web.Live;

/// <summary><c>{"Type": …, "Data": …}</c>, as clients of the API know it.</summary>
/// <param name="keepsMail">False when mail is announced and thrown away: then there is nothing that a list could show.</param>
internal sealed class EventsDialect(bool keepsMail) : ILiveDialect
{
    /// <summary>The name of the event that tells the counts.</summary>
    public const string Stats = "stats";

    /// <summary>The name of an event. To a client pruned and reload mean the same: more is gone or different than is told, so read the list again.</summary>
    public static string NameOf(MailEventKind kind) => kind switch
    {
        MailEventKind.New => "new",
        MailEventKind.Changed => "update",
        MailEventKind.Deleted => "delete",
        MailEventKind.Truncated => "truncate",
        _ => "prune",
    };

    public byte[]? Render(MailEvent news, string place) => news.Kind switch
    {
        MailEventKind.New => keepsMail && news.Message is { } message
            ? Write(NameOf(news.Kind), writer => JsonSerializer.Serialize(writer, MessageSummaryAnswer.Of(message), ApiJson.Default.MessageSummaryAnswer))
            : null,
        MailEventKind.Changed => Write(NameOf(news.Kind), writer => WriteChange(writer, news.Id, news.Marks, news.Tags)),
        MailEventKind.Deleted => Write(NameOf(news.Kind), writer => WriteChange(writer, news.Id, default, null)),
        _ => Write(NameOf(news.Kind), writer => writer.WriteNullValue()),
    };

    public byte[] RenderCounts(long total, long unread, string place) => Write(Stats, writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("Total", total);
        writer.WriteNumber("Unread", unread);
        writer.WriteString("Version", ProgramVersion.Number);
        writer.WriteEndObject();
    });

    private static void WriteChange(Utf8JsonWriter writer, MessageId id, Marks marks, IReadOnlyList<string>? tags)
    {
        writer.WriteStartObject();
        writer.WriteString("ID", id.ToString());
        if (marks.Read is { } read) writer.WriteBoolean("Read", read);
        if (marks.Starred is { } starred) writer.WriteBoolean("Starred", starred);
        if (tags is not null)
        {
            writer.WriteStartArray("Tags");
            foreach (string tag in tags) writer.WriteStringValue(tag);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static byte[] Write(string type, Action<Utf8JsonWriter> writeData)
    {
        var text = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(text, ApiJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("Type", type);
            writer.WritePropertyName("Data");
            writeData(writer);
            writer.WriteEndObject();
        }
        return text.WrittenSpan.ToArray();
    }
}
