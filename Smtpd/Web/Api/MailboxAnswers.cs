using Smtpd.Mail;

namespace Smtpd.Web.Api;

/// <summary>Answer of <c>GET /api/v1/mailboxes</c>.</summary>
/// <param name="Kind">What <paramref name="Mailboxes"/> are: <c>address</c> or <c>domain</c>.</param>
/// <param name="Domains">The first domains, where no kind was asked for and no name to begin behind.</param>
/// <param name="More">True when there are further ones behind the last of these.</param>
internal sealed record MailboxListAnswer(string Kind, MailboxAnswer[] Mailboxes, MailboxAnswer[] Domains, bool More);

/// <summary>A mailbox or a domain.</summary>
/// <param name="Address">Its key: lower case, the domain in A-labels.</param>
/// <param name="Newest">The ID of its newest message, or empty.</param>
internal sealed record MailboxAnswer(string Address, long Total, long Unread, string Newest)
{
    public static MailboxAnswer Of(MailboxSummary mailbox) => new(mailbox.Name, mailbox.Total, mailbox.Unread, mailbox.Newest?.ToString() ?? "");
}
