using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Web;

/// <summary>Reads the bodies of requests that change messages.</summary>
internal static class ChangeRequest
{
    /// <summary>Octets of a body: some 35,000 IDs.</summary>
    private const int MaxOctets = 1024 * 1024;

    /// <summary>IDs that one body may name: nearly what it has room for.</summary>
    private const int MostIds = 35_000;

    /// <summary>The body, or the answer that says what is wrong with it. An absent body is an empty object.</summary>
    /// <exception cref="RequestBodyException">It is too long, or ends too early.</exception>
    public static async ValueTask<(T? Body, Answer? Refusal)> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        ReadOnlyMemory<byte> octets = await request.Body.ReadAsync(MaxOctets, cancellation);
        try
        {
            ReadOnlyMemory<byte> text = octets.Span.Trim(" \t\r\n"u8).IsEmpty ? "{}"u8.ToArray() : octets;
            if (JsonMembers.HasTwice(text.Span)) return (null, Malformed("a member is given twice"));
            return JsonSerializer.Deserialize(text.Span, type) is { } body ? (body, null) : (null, Malformed("it is null"));
        }
        catch (JsonException failure)
        {
            return (null, Malformed(failure.Path is { } path ? $"at {path}" : "it is not JSON"));
        }
    }

    /// <summary>
    /// The messages that the ids name, null for all. Texts that are no id are passed over like ids of messages that are gone:
    /// a list that names nothing that exists must never come to mean all.
    /// </summary>
    public static async ValueTask<IReadOnlyList<MessageId>?> MessagesAsync(IMailStore store, MailScope scope, string[]? ids, CancellationToken cancellation)
    {
        if (ids is null or []) return null;
        var messages = new List<MessageId>(ids.Length);
        bool hasLatest = false;
        foreach (string id in ids)
        {
            if (MessageId.TryParse(id, out MessageId message)) messages.Add(message);
            else hasLatest |= id == MessageLookup.Latest;
        }
        // Looked up once however often it is named: a body has room for it some 100,000 times.
        if (hasLatest && await store.LatestAsync(scope, cancellation) is { } latest) messages.Add(latest);
        return messages;
    }

    /// <summary>Null when there are not too many IDs.</summary>
    public static Answer? RefuseMany(string[]? ids) => ids is { Length: > MostIds } ? BytesAnswer.Error(422, $"IDs: must not be more than {MostIds}.") : null;

    private static BytesAnswer Malformed(string where) => BytesAnswer.Error(400, $"The body must be a JSON object as docs/api.md describes it: {where}.");
}
