using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Smtpd.Mongo;

/// <summary>
/// The client's side of SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding, which MongoDB has not. Used once:
/// <see cref="First"/>, <see cref="Answer"/>, <see cref="Verify"/>. The first message may go along with the handshake before it is known
/// whether the server has the mechanism.
/// </summary>
/// <param name="mechanism"><see cref="MongoCredential.ScramSha1"/> or <see cref="MongoCredential.ScramSha256"/>.</param>
/// <param name="nonce">For tests; else random.</param>
internal sealed class ScramConversation(ScramSecrets secrets, string mechanism, string? nonce = null)
{
    /// <summary>Fewer rounds would make guesses cheap for whoever stands in between and plays the server (RFC 7677 §4).</summary>
    public const int LeastIterations = 4096;

    /// <summary>More would keep a processor for seconds: a server that asks for it is broken, or somebody else.</summary>
    public const int MostIterations = 2_000_000;

    /// <summary>Octets of randomness in the nonce, 32 letters.</summary>
    private const int NonceOctets = 24;

    /// <summary>Far above what any server sends.</summary>
    private const int MostLetters = 4096;

    private const string Header = "n,,";

    private readonly HashAlgorithmName _hash = mechanism switch
    {
        MongoCredential.ScramSha1 => HashAlgorithmName.SHA1,
        MongoCredential.ScramSha256 => HashAlgorithmName.SHA256,
        _ => throw new ArgumentException("SCRAM is meant here.", nameof(mechanism)),
    };

    private readonly string _nonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceOctets));
    private byte[]? _serverSignature;

    /// <summary>True once the server has proved that it knows the password's keys. Nothing else than this ends a sign-in well.</summary>
    public bool IsVerified { get; private set; }

    public string Mechanism => mechanism;

    private string FirstBare => $"n={Escape(secrets.UserName)},r={_nonce}";

    /// <summary>The client's first message.</summary>
    public byte[] First() => Encoding.UTF8.GetBytes(Header + FirstBare);

    /// <summary>The client's proof, in answer to the server's challenge.</summary>
    /// <exception cref="MongoSignInException">The challenge is not what the mechanism says, or asks for too little or too much.</exception>
    public byte[] Answer(ReadOnlySpan<byte> serverFirst)
    {
        string challenge = Decode(serverFirst);
        string[] fields = challenge.Split(',');
        // A field "m=" in front would be an extension that must be understood, and none is.
        if (fields.Length < 3 || ValueOf(fields[0], 'r') is not { } whole || ValueOf(fields[1], 's') is not { } saltText || ValueOf(fields[2], 'i') is not { } rounds)
            throw Broken("its challenge is malformed");
        if (!whole.StartsWith(_nonce, StringComparison.Ordinal) || whole.Length == _nonce.Length) throw Broken("its nonce does not continue ours");
        byte[] salt = DecodeBase64(saltText) is { Length: > 0 } octets ? octets : throw Broken("its salt is no base64");
        if (!int.TryParse(rounds, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations) || iterations is < LeastIterations or > MostIterations)
            throw Broken(string.Create(CultureInfo.InvariantCulture, $"it asks for a number of rounds that is not from {LeastIterations} to {MostIterations}"));

        byte[] salted = secrets.Derive(_hash, salt, iterations);
        byte[] clientKey = Sign(salted, "Client Key"u8);
        string withoutProof = $"c={Convert.ToBase64String(Encoding.ASCII.GetBytes(Header))},r={whole}";
        byte[] authMessage = Encoding.UTF8.GetBytes($"{FirstBare},{challenge},{withoutProof}");
        byte[] proof = Sign(Digest(clientKey), authMessage);
        for (int i = 0; i < proof.Length; i++) proof[i] ^= clientKey[i];
        _serverSignature = Sign(Sign(salted, "Server Key"u8), authMessage);
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    /// <summary>Checks the server's own proof, without which it may be anybody.</summary>
    /// <exception cref="MongoSignInException">There is none, or it is wrong.</exception>
    public void Verify(ReadOnlySpan<byte> serverFinal)
    {
        if (_serverSignature is null) throw Broken("it has accepted what was not yet said");
        string final = Decode(serverFinal);
        string first = final.Split(',')[0];
        if (ValueOf(first, 'e') is not null) throw new MongoSignInException("MongoDB has refused the user name or the password");
        byte[] signature = ValueOf(first, 'v') is { } text ? DecodeBase64(text) : [];
        if (!CryptographicOperations.FixedTimeEquals(signature, _serverSignature)) throw Broken("it has not proved that it knows the password");
        IsVerified = true;
    }

    private static MongoSignInException Broken(string what) => new($"the server plays SCRAM wrongly and may be somebody else: {what}");

    /// <summary>A comma and an equals sign in a name are written otherwise (RFC 5802 §5.1).</summary>
    private static string Escape(string name) => name.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);

    private static string? ValueOf(string field, char name) => field.Length >= 2 && field[0] == name && field[1] == '=' ? field[2..] : null;

    private static string Decode(ReadOnlySpan<byte> message) =>
        message.Length <= MostLetters && System.Text.Unicode.Utf8.IsValid(message) ? Encoding.UTF8.GetString(message) : throw Broken("a message is too long or no UTF-8");

    private static byte[] DecodeBase64(string text)
    {
        byte[] octets = new byte[text.Length];
        return Convert.TryFromBase64String(text, octets, out int length) ? octets[..length] : [];
    }

#pragma warning disable CA5350 // SHA-1 is the mechanism's name; where the server has the better one, that is taken.
    private byte[] Sign(byte[] key, ReadOnlySpan<byte> text) => _hash == HashAlgorithmName.SHA1 ? HMACSHA1.HashData(key, text) : HMACSHA256.HashData(key, text);

    private byte[] Digest(byte[] text) => _hash == HashAlgorithmName.SHA1 ? SHA1.HashData(text) : SHA256.HashData(text);
#pragma warning restore CA5350
}
