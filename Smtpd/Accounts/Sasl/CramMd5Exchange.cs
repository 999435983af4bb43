using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Smtpd.Accounts.Sasl;

/// <summary>CRAM-MD5 (RFC 2195), for users whose secret is kept for it.</summary>
internal sealed class CramMd5Exchange(SignInService service, string domain) : SaslExchange
{
    private readonly byte[] _challenge = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"<{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}.{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}@{domain}>"));

    public override byte[] Prompt => _challenge;

    public override bool TakesInitialResponse => false;

    public override ValueTask<SaslStep> TakeAsync(ReadOnlyMemory<byte> response)
    {
        ReadOnlySpan<byte> octets = response.Span;
        int blank = octets.LastIndexOf((byte)' ');
        if (blank <= 0 || octets.Length - blank - 1 != 2 * MD5.HashSizeInBytes || !Prepared.TryDecode(octets[..blank], out string? name)) return new ValueTask<SaslStep>(SaslStep.Malformed);
        string digest = Encoding.ASCII.GetString(octets[(blank + 1)..]).ToLowerInvariant();
        return LookUpAsync(service, () => CompareAsync(name, digest));
    }

    private async ValueTask<SaslStep> CompareAsync(string name, string digest)
    {
        if (!service.MayTry(name)) return SaslStep.Busy;
        User? user = await service.FindEnabledAsync(name).ConfigureAwait(false);
        byte[] secret = user?.SharedSecret is { } shared ? Encoding.UTF8.GetBytes(shared) : RandomNumberGenerator.GetBytes(16);
#pragma warning disable CA5351 // The mechanism's choice; it is offered only where users ask for it.
        string expected = Convert.ToHexStringLower(HMACMD5.HashData(secret, _challenge));
#pragma warning restore CA5351
        bool matches = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(digest), Encoding.ASCII.GetBytes(expected));
        if (matches && user is not null) return SaslStep.Accept(user.Name);
        service.CountFailure(name);
        return SaslStep.Refuse;
    }
}
