using System.Text.Json;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>Writes what <see cref="StoredJson"/> reads, field by field: it is written for every message.</summary>
internal static class StoredJsonWriter
{
    /// <summary>The same as a <see cref="StoredCorrespondents"/>.</summary>
    public static void WriteCorrespondents(Utf8JsonWriter json, HeaderSummary header)
    {
        json.WriteStartObject();
        WritePeople(json, "From"u8, header.From);
        WritePeople(json, "To"u8, header.To);
        WritePeople(json, "Cc"u8, header.Cc);
        WritePeople(json, "Bcc"u8, header.Bcc);
        WritePeople(json, "ReplyTo"u8, header.ReplyTo);
        json.WriteEndObject();
    }

    /// <summary>The same as a <see cref="StoredEnvelope"/>.</summary>
    public static void WriteEnvelope(Utf8JsonWriter json, ReceivedMail mail)
    {
        Span<byte> text = stackalloc byte[MailAddress.MostOctets];
        json.WriteStartObject();
        json.WriteString("From"u8, mail.Envelope.ReversePath is { } sender ? text[..sender.Write(text)] : default);
        json.WriteStartArray("To"u8);
        foreach (MailAddress recipient in mail.Envelope.Recipients) json.WriteStringValue(text[..recipient.Write(text)]);
        json.WriteEndArray();
        json.WriteString("Helo"u8, mail.Helo);
        mail.ClientAddress.TryFormat(text, out int length);
        json.WriteString("ClientAddress"u8, text[..length]);
        if (mail.NotificationsToKeep() is { } notifications)
        {
            json.WritePropertyName("Notifications"u8);
            JsonSerializer.Serialize(json, notifications, StoredJson.Default.StoredNotifications);
        }
        if (mail.Tls is not null) json.WriteString("Tls"u8, mail.Tls);
        if (mail.User is not null) json.WriteString("User"u8, mail.User);
        json.WriteEndObject();
    }

    public static void WriteNumbers(Utf8JsonWriter json, List<long> numbers)
    {
        json.WriteStartArray();
        foreach (long number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void WritePeople(Utf8JsonWriter json, ReadOnlySpan<byte> field, IReadOnlyList<Correspondent> people)
    {
        json.WriteStartArray(field);
        for (int i = 0; i < people.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("Name"u8, people[i].Name);
            json.WriteString("Address"u8, people[i].Address);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
