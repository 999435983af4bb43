using Smtpd.Mime;

namespace Smtpd.Web.Api;

/// <summary>Ways off a mailing list.</summary>
internal sealed record ListUnsubscribeAnswer(string Header, string HeaderPost, IReadOnlyList<string> Links, string Errors)
{
    public static ListUnsubscribeAnswer Of(ListUnsubscribe list) => new(list.Header, list.HeaderPost, list.Links, list.Errors);
}
