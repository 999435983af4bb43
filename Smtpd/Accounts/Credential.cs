using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Smtpd.Accounts;

/// <summary>What is kept to know a user's password again. The password itself is not in it.</summary>
internal abstract class Credential
{
    /// <summary>As the store keeps it.</summary>
    public abstract string Text { get; }

    /// <summary>True when the password is the user's. Takes a good part of a second: see <see cref="Derivations"/>.</summary>
    /// <param name="prepared">The password after SASLprep.</param>
    /// <param name="typed">The password as it came.</param>
    public abstract bool Matches(string prepared, string typed);

    /// <summary>True when a credential made today would be better: the next sign-in by password makes one.</summary>
    public abstract bool IsOutdated { get; }

    /// <exception cref="InvalidDataException">The text is no credential.</exception>
    public static Credential Parse(string text) =>
        ScramCredential.TryParse(text, out ScramCredential? scram) ? scram!
        : OriginalCredential.TryParse(text, out OriginalCredential? original) ? original!
        : throw new InvalidDataException("a user's credential in the store cannot be read");
}

/// <summary>
/// What SCRAM-SHA-256 needs on the server's side (RFC 5802 §3, RFC 7677): whoever steals it can neither sign in by it nor find
/// the password without deriving every guess.
/// </summary>
internal sealed class ScramCredential(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) : Credential
{
    /// <summary>
    /// Rounds of PBKDF2 with SHA-256: what OWASP asks for since 2023, a good part of a second of one processor. RFC 7677 §4 asks
    /// for 4,096 at least.
    /// </summary>
    public const int StandardIterations = 600_000;

    public const int SaltOctets = 16;

    /// <summary>More is taken for damage: a sign-in would last minutes.</summary>
    private const int MostIterations = 10_000_000;

    private const string Prefix = "SCRAM-SHA-256$";

    public byte[] Salt { get; } = salt;

    public int Iterations { get; } = iterations;

    /// <summary>H(ClientKey).</summary>
    public byte[] StoredKey { get; } = storedKey;

    public byte[] ServerKey { get; } = serverKey;

    public override bool IsOutdated => Iterations < StandardIterations;

    /// <summary>The form in which PostgreSQL keeps them too.</summary>
    public override string Text => $"{Prefix}{Iterations}:{Convert.ToBase64String(Salt)}${Convert.ToBase64String(StoredKey)}:{Convert.ToBase64String(ServerKey)}";

    /// <summary>Makes a credential with a salt of its own.</summary>
    /// <param name="prepared">The password after SASLprep.</param>
    public static ScramCredential Make(string prepared) => Derive(prepared, RandomNumberGenerator.GetBytes(SaltOctets), StandardIterations);

    public static ScramCredential Derive(string prepared, byte[] salt, int iterations)
    {
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(prepared), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        return new ScramCredential(salt, iterations, SHA256.HashData(clientKey), HMACSHA256.HashData(salted, "Server Key"u8));
    }

    public override bool Matches(string prepared, string typed) =>
        CryptographicOperations.FixedTimeEquals(Derive(prepared, Salt, Iterations).StoredKey, StoredKey);

    public static bool TryParse(string text, out ScramCredential? credential)
    {
        credential = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text[Prefix.Length..].Split('$', ':') is not [string rounds, string salt, string stored, string server]) return false;
        if (!int.TryParse(rounds, System.Globalization.NumberStyles.None, null, out int iterations) || iterations is 0 or > MostIterations) return false;
        if (Decode(salt) is not { Length: > 0 } saltOctets || Decode(stored) is not { Length: SHA256.HashSizeInBytes } storedKey || Decode(server) is not { Length: SHA256.HashSizeInBytes } serverKey) return false;
        credential = new ScramCredential(saltOctets, iterations, storedKey, serverKey);
        return true;
    }

    private static byte[] Decode(string base64)
    {
        byte[] octets = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, octets, out int length) ? octets[..length] : [];
    }
}

/// <summary>
/// The hash of gleez/smtpd: eight letters of salt, then SHA-1 in hexadecimal of the HMAC-SHA-256 of the password in
/// hexadecimal. It is checked, and replaced at the first sign-in.
/// </summary>
internal sealed class OriginalCredential : Credential
{
    private const int SaltLetters = 8;
    private const int Letters = SaltLetters + (2 * SHA1.HashSizeInBytes);

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private OriginalCredential(string text) => Text = text;

    public override string Text { get; }

    public override bool IsOutdated => true;

    public static bool TryParse(string text, out OriginalCredential? credential)
    {
        bool good = text.Length == Letters && Ascii.IsValid(text) && !text.AsSpan(SaltLetters).ContainsAnyExcept(Digits);
        credential = good ? new OriginalCredential(text) : null;
        return good;
    }

    public override bool Matches(string prepared, string typed)
    {
        string inner = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Text[..SaltLetters]), Encoding.UTF8.GetBytes(typed)));
        // The derivation that it lacks is made up for, or the time would tell who has such a hash.
        ScramCredential.Derive(prepared, Encoding.UTF8.GetBytes(Text[..SaltLetters]), ScramCredential.StandardIterations);
#pragma warning disable CA5350 // The original's choice; the hash is replaced as soon as the password is known.
        return CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(inner)))), Encoding.ASCII.GetBytes(Text[SaltLetters..]));
#pragma warning restore CA5350
    }
}
