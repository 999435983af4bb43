using System.Security.Cryptography;

namespace Smtpd.Mime;

/// <summary>The size and the checksums of octets that pass by.</summary>
internal sealed class PartDigest : IDisposable
{
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly IncrementalHash _sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Size { get; private set; }

    /// <summary>In lower-case hexadecimal digits, as the others.</summary>
    public string Md5 => Digits(_md5);

    public string Sha1 => Digits(_sha1);

    public string Sha256 => Digits(_sha256);

    public void Append(ReadOnlySpan<byte> octets)
    {
        Size += octets.Length;
        _md5.AppendData(octets);
        _sha1.AppendData(octets);
        _sha256.AppendData(octets);
    }

    private static string Digits(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetCurrentHash());

    public void Dispose()
    {
        _md5.Dispose();
        _sha1.Dispose();
        _sha256.Dispose();
    }
}
