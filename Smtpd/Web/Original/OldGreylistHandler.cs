using System.Text;
using Smtpd.Mail;
using Smtpd.Policy;
using Smtpd.Storage;
using Smtpd.Web.Access;

namespace Smtpd.Web.Original;

/// <summary>
/// <c>/greylist/host/{id}</c>, <c>/greylist/mailfrom/{id}</c>, <c>/greylist/tomail/{id}</c>: blocks the client, the sender or the
/// recipients of a message. The original did so by GET, and the sender in all three. Here GET gives a button, and POST blocks: 200 and
/// nothing when something was added, 404 when all was there already.
/// </summary>
internal sealed class OldGreylistHandler(IMailStore store, BlockLists blocks, BlockKind kind) : IHandler
{
    private readonly MessageLookup _lookup = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (await _lookup.FindAsync(request.Visitor.Scope, id, cancellation) is not { } message) return MessageLookup.NotFound(id);
        if (request.Method != "POST") return BytesAnswer.Of(200, "text/html; charset=utf-8", Question(message.Id), FormPage.Fields);
        bool added = false;
        foreach (string text in Texts(message.Envelope))
        {
            if (BlockText.TryRead(kind, text, out string written))
                added |= (await blocks.AddAsync(kind, written, $"message {message.Id}", cancellation)).IsNew;
        }
        return added ? BytesAnswer.Text(200, "") : BytesAnswer.Error(404, "There is nothing to block that is not blocked already.");
    }

    private IReadOnlyList<string> Texts(StoredEnvelope envelope) => kind switch
    {
        BlockKind.Host => [envelope.ClientAddress],
        BlockKind.Sender => [envelope.From],
        _ => envelope.To,
    };

    /// <summary>Holds nothing of the mail: an id is digits.</summary>
    private byte[] Question(MessageId id)
    {
        string whom = kind switch
        {
            BlockKind.Host => "the client that sent",
            BlockKind.Sender => "the sender of",
            _ => "the recipients of",
        };
        return Encoding.ASCII.GetBytes(
            $"""
            <!DOCTYPE html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Block</title></head>
            <body><p>Block {whom} the message {id}?</p><form method="post"><button>Block</button></form></body></html>

            """);
    }
}
