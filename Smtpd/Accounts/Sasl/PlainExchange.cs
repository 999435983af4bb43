namespace Smtpd.Accounts.Sasl;

/// <summary>PLAIN (RFC 4616): <c>[authzid] NUL name NUL password</c>. Nobody acts for another: the authzid is empty or the same.</summary>
internal sealed class PlainExchange(SignInService service) : SaslExchange
{
    public override async ValueTask<SaslStep> TakeAsync(ReadOnlyMemory<byte> response)
    {
        if (!Prepared.TryDecode(response.Span, out string? text) || text.Split('\0') is not [string other, string name, string password]) return SaslStep.Malformed;
        if (name.Length == 0 || password.Length == 0) return SaslStep.Malformed;
        SignInResult result = await service.ByPasswordAsync(name, password).ConfigureAwait(false);
        bool forHimself = other.Length == 0 || (Prepared.TryPrepare(other, out string? prepared) && prepared == result.Name);
        return result.Outcome == SignInOutcome.Accepted && !forHimself ? SaslStep.Refuse : SaslStep.Of(result);
    }
}
