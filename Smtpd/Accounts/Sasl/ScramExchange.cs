using System.Security.Cryptography;
using System.Text;

namespace Smtpd.Accounts.Sasl;

/// <summary>
/// SCRAM-SHA-256 and its variant with channel binding (RFC 5802, RFC 7677). The client proves that it knows the password, the
/// server that it has the credential; the password itself is never sent.
/// </summary>
/// <param name="endPoint">The <c>tls-server-end-point</c> of the connection, where the variant with channel binding is on offer; else null.</param>
/// <param name="plus">True when the client has chosen that variant.</param>
/// <param name="nonce">The server's part of the nonce; for tests.</param>
internal sealed class ScramExchange(SignInService service, byte[]? endPoint, bool plus, string? nonce = null) : SaslExchange
{
    private const string EndPointBinding = "tls-server-end-point";

    /// <summary>Letters of a client's nonce: it comes back in the challenge.</summary>
    private const int MostNonce = 512;

    private readonly string _serverNonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
    private byte[] _binding = [];
    private string _clientFirstBare = "";
    private string _serverFirst = "";
    private string _nonce = "";
    private string _name = "";
    private ScramCredential? _credential;
    private User? _user;
    private bool _isProved;

    public override ValueTask<SaslStep> TakeAsync(ReadOnlyMemory<byte> response)
    {
        // The server's last message travels as a challenge, and the client's answer to it is empty (RFC 4422 §3.6).
        if (_isProved) return new ValueTask<SaslStep>(response.IsEmpty ? SaslStep.Accept(_user!.Name) : SaslStep.Malformed);
        if (!Prepared.TryDecode(response.Span, out string? text) || text.Contains('\0')) return new ValueTask<SaslStep>(SaslStep.Malformed);
        return _credential is null ? LookUpAsync(service, () => BeginAsync(text)) : new ValueTask<SaslStep>(Prove(text));
    }

    /// <summary><c>gs2-cbind-flag "," [authzid] "," username "," nonce ["," extensions]</c></summary>
    private async ValueTask<SaslStep> BeginAsync(string message)
    {
        if (message.Split(',', 4) is not [string flag, string authorization, string userField, string rest]) return SaslStep.Malformed;
        string header = $"{flag},{authorization},";
        if (flag == "p=" + EndPointBinding && plus) _binding = [.. Encoding.UTF8.GetBytes(header), .. endPoint!];
        // "y" says that the client saw no variant with channel binding: somebody in between has taken it out of the offer.
        else if (flag == "n" || flag == "y" && endPoint is null) _binding = Encoding.UTF8.GetBytes(header);
        else return flag == "y" || flag.StartsWith("p=", StringComparison.Ordinal) ? SaslStep.Refuse : SaslStep.Malformed;
        if (plus != flag.StartsWith("p=", StringComparison.Ordinal)) return SaslStep.Refuse;

        // A mandatory extension ("m=") in front of the name is not known here, as none is.
        if (!userField.StartsWith("n=", StringComparison.Ordinal) || !TryUnescape(userField[2..], out string name)) return SaslStep.Malformed;
        string clientNonce = rest.Split(',')[0];
        if (!clientNonce.StartsWith("r=", StringComparison.Ordinal) || clientNonce.Length is 2 or > MostNonce || clientNonce.AsSpan().ContainsAnyExceptInRange('!', '~')) return SaslStep.Malformed;
        bool forHimself = authorization.Length == 0;
        if (!forHimself)
        {
            if (!authorization.StartsWith("a=", StringComparison.Ordinal) || !TryUnescape(authorization[2..], out string other)) return SaslStep.Malformed;
            forHimself = Prepared.TryPrepare(other, out string? preparedOther) && Prepared.TryPrepare(name, out string? preparedName) && preparedOther == preparedName;
        }

        if (!service.MayTry(name)) return SaslStep.Busy;
        _name = name;
        (_credential, _user) = await service.FindScramAsync(name).ConfigureAwait(false);
        if (!forHimself) _user = null;
        _nonce = clientNonce[2..] + _serverNonce;
        _clientFirstBare = message[header.Length..];
        _serverFirst = $"r={_nonce},s={Convert.ToBase64String(_credential.Salt)},i={_credential.Iterations}";
        return SaslStep.Send(Encoding.UTF8.GetBytes(_serverFirst));
    }

    /// <summary><c>channel-binding "," nonce ["," extensions] "," proof</c></summary>
    private SaslStep Prove(string message)
    {
        int last = message.LastIndexOf(",p=", StringComparison.Ordinal);
        if (last < 0) return SaslStep.Malformed;
        string[] fields = message[..last].Split(',');
        if (fields.Length < 2 || !fields[0].StartsWith("c=", StringComparison.Ordinal) || !fields[1].StartsWith("r=", StringComparison.Ordinal)) return SaslStep.Malformed;
        Span<byte> proof = stackalloc byte[SHA256.HashSizeInBytes];
        string encoded = message[(last + 3)..];
        if (encoded.Length != 4 * ((SHA256.HashSizeInBytes + 2) / 3) || !Convert.TryFromBase64String(encoded, proof, out int length) || length != proof.Length) return SaslStep.Malformed;

        bool isBound = fields[0][2..] == Convert.ToBase64String(_binding);
        bool isOurs = fields[1][2..] == _nonce;
        byte[] authMessage = Encoding.UTF8.GetBytes($"{_clientFirstBare},{_serverFirst},{message[..last]}");
        byte[] signature = HMACSHA256.HashData(_credential!.StoredKey, authMessage);
        for (int i = 0; i < proof.Length; i++) proof[i] ^= signature[i];
        bool isKnown = CryptographicOperations.FixedTimeEquals(SHA256.HashData(proof), _credential.StoredKey);
        if (!(isBound & isOurs & isKnown) || _user is null)
        {
            service.CountFailure(_name);
            return SaslStep.Refuse;
        }
        _isProved = true;
        return SaslStep.Send(Encoding.ASCII.GetBytes("v=" + Convert.ToBase64String(HMACSHA256.HashData(_credential.ServerKey, authMessage))));
    }

    /// <summary>Undoes <c>=2C</c> and <c>=3D</c>; any other use of the equals sign is an error (RFC 5802 §5.1).</summary>
    private static bool TryUnescape(string text, out string name)
    {
        name = text.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        return text.Length > 0 && !text.Replace("=2C", "", StringComparison.Ordinal).Replace("=3D", "", StringComparison.Ordinal).Contains('=');
    }
}
