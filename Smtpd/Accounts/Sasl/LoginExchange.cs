namespace Smtpd.Accounts.Sasl;

/// <summary>LOGIN, which has no standard (draft-murchison-sasl-login): name and password, each asked for. Clients give the name at once too.</summary>
internal sealed class LoginExchange(SignInService service) : SaslExchange
{
    private string? _name;

    public override byte[] Prompt => "Username:"u8.ToArray();

    public override async ValueTask<SaslStep> TakeAsync(ReadOnlyMemory<byte> response)
    {
        if (!Prepared.TryDecode(response.Span, out string? text) || text.Contains('\0')) return SaslStep.Malformed;
        if (_name is null)
        {
            _name = text;
            return SaslStep.Send("Password:"u8.ToArray());
        }
        return SaslStep.Of(await service.ByPasswordAsync(_name, text).ConfigureAwait(false));
    }
}
