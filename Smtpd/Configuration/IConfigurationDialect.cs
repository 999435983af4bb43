namespace Smtpd.Configuration;

/// <summary>A way to write settings down. A dialect knows how options are spelt in its files, not what they mean.</summary>
internal interface IConfigurationDialect
{
    /// <summary>Adds every option of the text, and whatever is wrong with the text, to <paramref name="into"/>.</summary>
    /// <param name="text">The whole file, without byte order mark and without zero octets.</param>
    void Read(ReadOnlySpan<byte> text, RawConfiguration into);
}
