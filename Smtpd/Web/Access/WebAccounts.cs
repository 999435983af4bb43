using Smtpd.Accounts;
using Smtpd.Policy;

namespace Smtpd.Web.Access;

/// <summary>What the web needs to know people.</summary>
/// <param name="Limits">Counts failed sign-ins of each address, together with those by SMTP; null for no limit.</param>
internal sealed record WebAccounts(UserDirectory Users, SignInService SignIns, Tickets Tickets, ClientLimits? Limits, TimeProvider Clock)
{
    /// <summary>A failed sign-in is answered after so long: it makes guessing slow.</summary>
    public TimeSpan Penalty { get; init; } = TimeSpan.FromSeconds(0.5);
}
