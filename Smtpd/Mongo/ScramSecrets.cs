using System.Security.Cryptography;
using System.Text;
using Smtpd.Mail.Unicode;

namespace Smtpd.Mongo;

/// <summary>
/// A user's password in the form that SCRAM needs. What was derived last is remembered, because every connection to a cluster derives
/// the same. Safe for several threads at once.
/// </summary>
internal sealed class ScramSecrets(MongoCredential credential)
{
    private readonly Lock _gate = new();
    private (HashAlgorithmName Hash, string Salt, int Iterations, byte[] Key)? _last;

    public string UserName => credential.UserName ?? throw new MongoSignInException("SCRAM needs a user name");

    /// <summary>SaltedPassword (RFC 5802 §3). Takes a good part of a second when it is not remembered.</summary>
    /// <exception cref="MongoSignInException">The password has letters that SASLprep forbids.</exception>
    public byte[] Derive(HashAlgorithmName hash, byte[] salt, int iterations)
    {
        string saltText = Convert.ToBase64String(salt);
        lock (_gate)
        {
            if (_last is { } last && last.Hash == hash && last.Salt == saltText && last.Iterations == iterations) return last.Key;
        }
        byte[] key = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Prepare(hash)), salt, iterations, hash, hash == HashAlgorithmName.SHA1 ? SHA1.HashSizeInBytes : SHA256.HashSizeInBytes);
        lock (_gate) _last = (hash, saltText, iterations, key);
        return key;
    }

    /// <summary>
    /// With SHA-256 the password after SASLprep. With SHA-1 MongoDB takes for the password the MD5, in hexadecimal, that its oldest
    /// sign-in took, and prepares nothing.
    /// </summary>
    private string Prepare(HashAlgorithmName hash)
    {
        string password = credential.Password ?? throw new MongoSignInException($"there is no password for {credential}");
        if (hash != HashAlgorithmName.SHA1) return SaslPrep.Prepare(password) ?? throw new MongoSignInException($"the password of {credential} has letters that no password may have (RFC 4013)");
#pragma warning disable CA5351 // It is what the mechanism is made of, not a choice.
        return Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes($"{UserName}:mongo:{password}")));
#pragma warning restore CA5351
    }
}
