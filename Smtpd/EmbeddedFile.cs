using System.IO.Compression;

namespace Smtpd;

/// <summary>A file that was built into the program. It lies there compressed (RFC 1952), which halves what these files add to it.</summary>
internal static class EmbeddedFile
{
    /// <exception cref="InvalidOperationException">The program was built without it.</exception>
    public static byte[] Read(string name)
    {
        using Stream compressed = typeof(EmbeddedFile).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program was built without its file {name}.");
        using var reader = new GZipStream(compressed, CompressionMode.Decompress);
        using var octets = new MemoryStream();
        reader.CopyTo(octets);
        return octets.ToArray();
    }

    public static IEnumerable<string> NamesIn(string folder) =>
        typeof(EmbeddedFile).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal));
}
