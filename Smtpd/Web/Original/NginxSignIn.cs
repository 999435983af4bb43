using System.Net;
using System.Security.Cryptography;
using System.Text;
using Smtpd.Accounts;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Web.Access;

namespace Smtpd.Web.Original;

/// <summary>
/// Checks what a client told nginx's mail proxy when it signed in (ngx_mail_auth_http_module): <c>Auth-Method</c> <c>plain</c>, which stands
/// for PLAIN and LOGIN, and <c>cram-md5</c>. As long as there are no users everybody is let through, as by the original.
/// </summary>
/// <param name="trusts">Whether a proxy at that address is believed when it names its client.</param>
internal sealed class NginxSignIn(WebAccounts accounts, PasswordGate gate, WebSettings settings, Func<IPAddress, bool> trusts, Log log)
{
    /// <summary>Seconds until nginx lets the client try again.</summary>
    private const string Wait = "3";

    private readonly TrustedProxies _proxies = new(settings.TrustedProxies);

    /// <returns>Null when the client may come in, else what to tell nginx.</returns>
    public async ValueTask<HttpHeadField[]?> RefuseAsync(HttpRequest request, CancellationToken cancellation)
    {
        string method = (request.Fields[NginxAuthHandler.Method] ?? "none").Trim().ToLowerInvariant();
        // "none" is nginx's "smtp_auth none": nobody was asked who he is, and nobody becomes somebody by it.
        if (method == "none" || accounts.Users.IsEmpty || accounts.SignIns.TakesAny) return null;
        bool isKnown = request.Origin.IsCertain && (IPAddress.IsLoopback(request.Peer.Address) || trusts(request.Peer.Address) || _proxies.Trusts(request.Peer.Address));
        if (!isKnown && !settings.Insecure)
        {
            log.Warn($"web: {request.Peer.Address} asks about a password as nginx does; it is not checked, because this is neither this computer nor in web.trusted.proxies");
            return Temporary("This proxy is not known here");
        }
        if (!TryUnescape(request.Fields["Auth-User"], out string name) || !TryUnescape(request.Fields["Auth-Pass"], out string password)) return Wrong;
        // Whoever else asks could write any address here, and each would have its own number of tries.
        IPAddress client = isKnown && OptionText.TryAddress(request.Fields["Client-IP"] ?? "", out IPAddress told, out _) ? told : request.Peer.Address;
        PasswordOutcome outcome = method switch
        {
            "plain" => (await gate.CheckAsync(client, isKnown, name, password, "nginx", cancellation)).Outcome,
            "cram-md5" => await CompareAsync(client, name, request.Fields["Auth-Salt"] ?? "", password),
            _ => PasswordOutcome.Refused,
        };
        return outcome switch
        {
            PasswordOutcome.Accepted => null,
            PasswordOutcome.TooOften => Temporary("There were too many failed sign-ins"),
            PasswordOutcome.Busy => Temporary("Too many sign in at the moment"),
            _ => Wrong,
        };
    }

    private static HttpHeadField[] Wrong => [new("Auth-Status", "Invalid login or password"), new("Auth-Error-Code", "535 5.7.8"), new("Auth-Wait", Wait)];

    private static HttpHeadField[] Temporary(string why) => [new("Auth-Status", why), new("Auth-Error-Code", "454 4.7.0"), new("Auth-Wait", Wait)];

    /// <summary>RFC 2195: nginx has sent the challenge, and passes on what came back.</summary>
    private async ValueTask<PasswordOutcome> CompareAsync(IPAddress client, string name, string challenge, string digest)
    {
        if (accounts.Limits?.MaySignIn(client) == false || !accounts.SignIns.MayTry(name)) return PasswordOutcome.TooOften;
        User? user = await accounts.SignIns.FindEnabledAsync(name);
        byte[] secret = user?.SharedSecret is { } shared ? Encoding.UTF8.GetBytes(shared) : RandomNumberGenerator.GetBytes(16);
#pragma warning disable CA5351 // The mechanism's choice.
        string expected = Convert.ToHexStringLower(HMACMD5.HashData(secret, Encoding.ASCII.GetBytes(challenge)));
#pragma warning restore CA5351
        if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(digest), Encoding.UTF8.GetBytes(expected)) && user?.SharedSecret is not null) return PasswordOutcome.Accepted;
        accounts.Limits?.CountFailedSignIn(client);
        accounts.SignIns.CountFailure(name);
        return PasswordOutcome.Refused;
    }

    /// <summary>nginx writes what could not stand in a header field as <c>%</c> and two digits; the octets are UTF-8.</summary>
    private static bool TryUnescape(string? text, out string plain)
    {
        plain = "";
        if (text is null) return false;
        byte[] octets = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool isEscape = text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]);
            octets[length++] = isEscape ? Convert.ToByte(text.Substring(i + 1, 2), 16) : (byte)text[i];
            if (isEscape) i += 2;
        }
        bool isText = Prepared.TryDecode(octets.AsSpan(0, length), out string? decoded);
        plain = decoded ?? "";
        return isText;
    }
}
