using System.Text.Json.Serialization;
using Smtpd.Mime;

namespace Smtpd.Web.Api;

/// <summary>What one Received field says; what it does not say is empty, or null for the date.</summary>
internal sealed record HopAnswer(
    string From,
    string Address,
    string Name,
    string Helo,
    string By,
    string With,
    string Via,
    [property: JsonPropertyName("ID")] string Id,
    string For,
    [property: JsonPropertyName("TLS")] string Tls,
    string Cipher,
    DateTimeOffset? Date)
{
    public static HopAnswer Of(TraceHop hop) =>
        new(hop.From, hop.Address, hop.Name, hop.Helo, hop.By, hop.With, hop.Via, hop.Id, hop.For, hop.Tls, hop.Cipher, hop.Date);
}
