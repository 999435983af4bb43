using System.Security.Cryptography;

namespace Smtpd;

/// <summary>The version of the program and of the libraries that it carries.</summary>
internal static class ProgramVersion
{
    public static string Number { get; } = typeof(ProgramVersion).Assembly.GetName().Version!.ToString(3);

    /// <summary>What <c>-version</c> prints.</summary>
    public static string Describe() => $"smtpd {Number}\nOpenSSL {OpenSsl()}\nSQLite {Sqlite()}\nneeds glibc 2.34 or newer\n";

    /// <summary>Of the library inside, or that it is missing.</summary>
    public static string OpenSsl()
    {
        if (OperatingSystem.IsWindows()) return "is missing";
        try
        {
            return OpenSslNumber(SafeEvpPKeyHandle.OpenSslVersion);
        }
        catch (Exception failure) when (IsMissing(failure))
        {
            return "is missing";
        }
    }

    /// <inheritdoc cref="OpenSsl"/>
    public static string Sqlite()
    {
        try
        {
            SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
            return SQLitePCL.raw.sqlite3_libversion().utf8_to_string();
        }
        catch (Exception failure) when (IsMissing(failure))
        {
            return "is missing";
        }
    }

    /// <summary>OPENSSL_VERSION_NUMBER as OpenSSL 3 lays it out: 0xMNN00PP0, major, minor, patch.</summary>
    internal static string OpenSslNumber(long number) => $"{number >> 28}.{(number >> 20) & 0xFF}.{(number >> 4) & 0xFF}";

    // The released executable carries both; a build for development asks the system for them.
    private static bool IsMissing(Exception failure) => failure is DllNotFoundException or TypeInitializationException or PlatformNotSupportedException;
}
