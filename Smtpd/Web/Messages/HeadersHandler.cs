using Smtpd.Storage;
using Smtpd.Storage.Reading;
using Smtpd.Web.Api;

namespace Smtpd.Web.Messages;

/// <summary><c>/api/v1/message/{ID}/headers</c>: the fields of the header by their names, decoded.</summary>
internal sealed class HeadersHandler(IMailStore store) : IHandler
{
    private readonly MessageLookup _lookup = new(store);
    private readonly MessageReader _reader = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (await _lookup.FindAsync(request.Visitor.Scope, id, cancellation) is not { } message) return MessageLookup.NotFound(id);
        if (await _reader.ReadHeaderAsync(message.Id, cancellation) is not { } fields) return MessageLookup.NotFound(id);
        var names = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (HeaderField field in fields)
        {
            string name = Canonical(field.Name);
            if (!names.TryGetValue(name, out List<string>? values)) names[name] = values = [];
            values.Add(field.Value);
        }
        return BytesAnswer.Json(200, names, ApiJson.Default.DictionaryStringListString);
    }

    /// <summary>Names have no case (RFC 5322 §1.2.2). Clients of the API know them as <c>Message-Id</c>: capitals at the beginnings of the words only.</summary>
    private static string Canonical(string name) => string.Create(name.Length, name, static (letters, from) =>
    {
        for (int i = 0; i < letters.Length; i++)
            letters[i] = i == 0 || from[i - 1] == '-' ? char.ToUpperInvariant(from[i]) : char.ToLowerInvariant(from[i]);
    });
}
