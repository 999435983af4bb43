using System.Net;

namespace Smtpd.Web.Access;

/// <summary>From where a request comes, as far as it can be known.</summary>
/// <param name="Address">The client's; that of a proxy where nobody vouches for what the proxy says.</param>
/// <param name="IsEncrypted">True when the client used https, to us or to a trusted proxy.</param>
/// <param name="IsLocal">True when the client is on this computer.</param>
/// <param name="IsCertain">False when a proxy stands in between that does not tell for whom, or is not trusted to.</param>
internal sealed record ClientOrigin(IPAddress Address, bool IsEncrypted, bool IsLocal, bool IsCertain)
{
    public static ClientOrigin Unknown { get; } = new(IPAddress.None, false, false, false);
}
