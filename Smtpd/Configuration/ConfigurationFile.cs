using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Smtpd.Configuration;

/// <summary>Finds the configuration file, reads it whole and gives it to the reader of its dialect.</summary>
internal static class ConfigurationFile
{
    /// <summary>Far above every sensible file; a wrong name, such as a mail store's, is refused before it fills the memory.</summary>
    public const int MaxOctets = 1024 * 1024;

    /// <summary>Where settings are looked for when the command line names no file, in this order.</summary>
    public static readonly IReadOnlyList<string> UsualPlaces = ["/etc/smtpd.conf", "./goguerrilla.conf"];

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];
    private static ReadOnlySpan<byte> Utf16LittleEndian => [0xFF, 0xFE];
    private static ReadOnlySpan<byte> Utf16BigEndian => [0xFE, 0xFF];

    /// <summary>Reads the named file, else the first that exists of the usual ones, else nothing: then every option has its default.</summary>
    public static RawConfiguration Load(string? named, IReadOnlyList<string>? usualPlaces = null)
    {
        string? path = named ?? (usualPlaces ?? UsualPlaces).FirstOrDefault(Path.Exists);
        if (path is null) return new RawConfiguration(null);
        var configuration = new RawConfiguration(path);
        if (ReadAll(path, configuration) is { } octets) Read(octets, configuration);
        return configuration;
    }

    /// <summary>Reads the text of a file that is named in <paramref name="configuration"/>.</summary>
    public static void Read(ReadOnlySpan<byte> octets, RawConfiguration configuration)
    {
        if (octets.StartsWith(ByteOrderMark)) octets = octets[ByteOrderMark.Length..];
        if (octets.StartsWith(Utf16LittleEndian) || octets.StartsWith(Utf16BigEndian))
        {
            configuration.Fail(1, Problems.NotUtf8);
            return;
        }
        if (octets.IndexOf((byte)0) is var zero and >= 0)
        {
            configuration.Fail(LineOf(octets, zero), Problems.NotText);
            return;
        }

        int start = FirstOfContent(octets, out bool hashComment);
        if (start == octets.Length) return;
        if (octets[start] == '{')
        {
            ReadJson(octets, start, hashComment, configuration);
        }
        else
        {
            configuration.Dialect = Dialect.Ini;
            new IniDialect(Environment.GetEnvironmentVariable).Read(octets, configuration);
        }
    }

    private static void ReadJson(ReadOnlySpan<byte> octets, int start, bool hashComment, RawConfiguration configuration)
    {
        configuration.Dialect = HasFlatKey(octets[start..]) ? Dialect.Flat : Dialect.Json;
        if (!Utf8.IsValid(octets)) configuration.Fail(LineOf(octets, FirstInvalid(octets)), Problems.NotUtf8);
        else if (hashComment) configuration.Fail(1, Problems.HashInJson);
        else if (configuration.Dialect == Dialect.Flat) new FlatDialect().Read(octets, configuration);
        else new JsonDialect().Read(octets, configuration);
    }

    private static byte[]? ReadAll(string path, RawConfiguration configuration)
    {
        string? problem = null;
        try
        {
            if (Directory.Exists(path))
            {
                problem = Problems.IsFolder;
            }
            else
            {
                // Not by its length: a pipe, as in -config <(...), has none.
                using FileStream file = File.OpenRead(path);
                using var whole = new MemoryStream();
                var part = new byte[16 * 1024];
                for (int read; whole.Length <= MaxOctets && (read = file.Read(part)) > 0;) whole.Write(part, 0, read);
                if (whole.Length <= MaxOctets) return whole.ToArray();
                problem = Problems.TooBig(MaxOctets);
            }
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            problem = Problems.Missing;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = Problems.Unreadable(failure.Message);
        }
        configuration.Fail(0, problem);
        return null;
    }

    /// <summary>The place of the first octet that is neither blank nor part of a comment of any dialect; it tells the dialect.</summary>
    private static int FirstOfContent(ReadOnlySpan<byte> octets, out bool hashComment)
    {
        hashComment = false;
        int at = 0;
        while (at < octets.Length)
        {
            ReadOnlySpan<byte> rest = octets[at..];
            if (rest[0] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                at++;
            }
            else if (rest.StartsWith("//"u8) || rest[0] is (byte)'#' or (byte)';')
            {
                hashComment |= rest[0] != '/';
                int end = rest.IndexOf((byte)'\n');
                at = end < 0 ? octets.Length : at + end;
            }
            else if (rest.StartsWith("/*"u8) && rest.IndexOf("*/"u8) is var close and > 0)
            {
                at += close + 2;
            }
            else
            {
                break;
            }
        }
        return at;
    }

    /// <summary>True when a top-level key is one of go-guerrilla's. Whatever is wrong with the JSON is for its reader to say.</summary>
    private static bool HasFlatKey(ReadOnlySpan<byte> octets)
    {
        var json = new Utf8JsonReader(octets, JsonText.Relaxed);
        try
        {
            while (json.Read())
            {
                if (json is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } && FlatKeys.Owns(json.GetString()!)) return true;
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return false;
        }
        return false;
    }

    private static int LineOf(ReadOnlySpan<byte> octets, int position) => octets[..position].Count((byte)'\n') + 1;

    private static int FirstInvalid(ReadOnlySpan<byte> octets)
    {
        int at = 0;
        while (at < octets.Length && Rune.DecodeFromUtf8(octets[at..], out _, out int length) == System.Buffers.OperationStatus.Done) at += length;
        return at;
    }
}
