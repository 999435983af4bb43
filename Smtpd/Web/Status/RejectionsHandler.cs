using System.Text.Json;
using Smtpd.Operations;
using Smtpd.Web.Api;
using Smtpd.Web.Messages;

namespace Smtpd.Web.Status;

/// <summary><c>GET /api/v1/status/rejections</c>: what was turned away last.</summary>
internal sealed class RejectionsHandler(Rejections rejections) : IHandler
{
    /// <summary>Letters of a reply's code: <c>550</c>.</summary>
    private const int CodeLetters = 3;

    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (!ListQuery.TryReadLimit(request.Query, ListQuery.DefaultLimit, out int limit, out Answer? refusal)) return new(refusal);
        return new(BytesAnswer.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("Total", rejections.Total);
            writer.WriteStartArray("Rejections");
            foreach (Rejection one in rejections.Last(limit)) Write(writer, one);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }));
    }

    private static void Write(Utf8JsonWriter writer, Rejection one)
    {
        (int code, string enhanced, string text) = Split(one.Reply);
        writer.WriteStartObject();
        writer.WriteString("Time", Rfc3339Converter.Format(one.Time));
        writer.WriteString("Client", one.Client.ToString());
        writer.WriteString("Helo", one.Helo);
        writer.WriteString("User", one.User);
        writer.WriteString("From", one.From);
        writer.WriteString("To", one.To);
        writer.WriteNumber("Recipients", one.Recipients);
        writer.WriteNumber("Code", code);
        writer.WriteString("Enhanced", enhanced);
        writer.WriteString("Text", text);
        writer.WriteString("Reason", one.Reason.ToString());
        writer.WriteString("Listener", one.Listener);
        writer.WriteEndObject();
    }

    /// <summary>A reply begins with its code; an enhanced one (RFC 2034 §3) is of the same class.</summary>
    internal static (int Code, string Enhanced, string Text) Split(string reply)
    {
        int code = int.Parse(reply.AsSpan(0, CodeLetters), System.Globalization.CultureInfo.InvariantCulture);
        string rest = reply[CodeLetters..].TrimStart();
        int blank = rest.IndexOf(' ', StringComparison.Ordinal);
        bool isEnhanced = blank > 1 && rest[0] == reply[0] && rest[1] == '.' && !rest.AsSpan(0, blank).ContainsAnyExceptInRange('.', '9');
        return isEnhanced ? (code, rest[..blank], rest[(blank + 1)..]) : (code, "", rest);
    }
}
