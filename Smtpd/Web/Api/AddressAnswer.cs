using Smtpd.Mail;

namespace Smtpd.Web.Api;

/// <summary>A mailbox with its display name; both empty where there is none.</summary>
internal sealed record AddressAnswer(string Name, string Address)
{
    public static AddressAnswer First(IReadOnlyList<Correspondent> correspondents) => correspondents is [Correspondent first, ..] ? From(first) : new("", "");

    public static AddressAnswer[] All(IReadOnlyList<Correspondent> correspondents) => [.. correspondents.Select(From)];

    private static AddressAnswer From(Correspondent correspondent) => new(correspondent.Name, correspondent.Address);
}
