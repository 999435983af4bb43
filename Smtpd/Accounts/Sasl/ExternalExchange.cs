namespace Smtpd.Accounts.Sasl;

/// <summary>
/// EXTERNAL (RFC 4422 Appendix A): the user is the one whose name the client's verified certificate carries as its mailbox or
/// as its common name. The response is empty, or that same name.
/// </summary>
internal sealed class ExternalExchange(SignInService service, IReadOnlyList<string> clientNames) : SaslExchange
{
    public override ValueTask<SaslStep> TakeAsync(ReadOnlyMemory<byte> response)
    {
        if (!Prepared.TryDecode(response.Span, out string? wanted) || wanted.Contains('\0')) return new ValueTask<SaslStep>(SaslStep.Malformed);
        return LookUpAsync(service, () => FindAsync(wanted));
    }

    private async ValueTask<SaslStep> FindAsync(string wanted)
    {
        foreach (string name in clientNames)
        {
            if (await service.FindEnabledAsync(name).ConfigureAwait(false) is not { } user) continue;
            if (wanted.Length == 0 || (Prepared.TryPrepare(wanted, out string? prepared) && prepared == user.Name)) return SaslStep.Accept(user.Name);
        }
        return SaslStep.Refuse;
    }
}
