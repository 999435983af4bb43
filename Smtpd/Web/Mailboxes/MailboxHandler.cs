using System.Text;
using Smtpd.Mail;
using Smtpd.Mail.Unicode;
using Smtpd.Storage;
using Smtpd.Web.Messages;

namespace Smtpd.Web.Mailboxes;

/// <summary><c>GET /api/v1/mailbox/{address-or-domain}</c>: the messages of one mailbox, or of all mailboxes of a domain.</summary>
/// <param name="mailboxPlus">True where <c>name+tag</c> shares the mailbox of <c>name</c>.</param>
internal sealed class MailboxHandler(IMailStore store, MessageLists lists, bool mailboxPlus) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        // Somebody else's mailbox and what is no address at all are answered alike.
        if (Find(request.Visitor.Scope, id) is not { IsNothing: false } scope) return BytesAnswer.Error(404, "There is no mailbox or domain of that name that you may read.");
        if (ListQuery.Read(request.Query, out Answer? refusal) is not { } query) return refusal!;
        MessagePage page = await store.ListAsync(scope, query.Start, query.Before, query.Limit, cancellation);
        return await lists.AnswerPartAsync(request.Visitor, page, query.Start, cancellation);
    }

    /// <summary>What of the scope has that name, however it is written; null when it is no name.</summary>
    private MailScope? Find(MailScope scope, string name)
    {
        if (name.Length > MailAddress.MostOctets) return null;
        byte[] octets = Encoding.UTF8.GetBytes(name);
        if (name.Contains('@', StringComparison.Ordinal))
        {
            return MailAddress.TryParse(octets, out MailAddress? address) == AddressError.None
                ? scope.InMailbox((address! with { IgnoresTag = mailboxPlus }).MailboxKey)
                : null;
        }
        return MailAddress.IsDomain(octets) || DomainNames.ToAscii(name) is not null ? scope.InDomain(MailAddress.KeyOf(name)) : null;
    }
}
