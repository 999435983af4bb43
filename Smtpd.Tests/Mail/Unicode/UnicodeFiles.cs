using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace Smtpd.Tests.Mail.Unicode;

/// <summary>
/// The files of the Unicode Character Database where this machine has them: in the folder that the environment variable
/// UNICODE_DATA names, or where the Debian package unicode-data puts them. A test whose file is absent is skipped.
/// </summary>
internal static class UnicodeFiles
{
    private static string[] Folders => [Environment.GetEnvironmentVariable("UNICODE_DATA") ?? "", "/usr/share/unicode", "/usr/share/unicode/idna"];

    /// <summary>The fields of every row, comments left out.</summary>
    public static IEnumerable<string[]> Rows(string name)
    {
        foreach (string line in Lines(name))
        {
            string row = line.Split('#')[0].Trim();
            if (row.Length > 0 && row[0] != '@') yield return [.. row.Split(';').Select(field => field.Trim())];
        }
    }

    /// <summary>The text that a field spells as hexadecimal code points.</summary>
    public static string Text(string field) =>
        string.Concat(field.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => char.ConvertFromUtf32(int.Parse(one, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));

    private static IEnumerable<string> Lines(string name)
    {
        foreach (string folder in Folders)
        {
            string path = Path.Combine(folder, name);
            if (folder.Length > 0 && File.Exists(path)) return File.ReadLines(path);
            if (folder.Length > 0 && File.Exists(path + ".bz2")) return Unpacked(path + ".bz2");
        }
        Assert.Ignore($"needs Unicode's {name}, which is not on this machine (Debian package unicode-data, or the folder UNICODE_DATA)");
        return [];
    }

    private static string[] Unpacked(string path)
    {
        using Process python = Process.Start(new ProcessStartInfo("python3", ["-c", "import bz2,sys; sys.stdout.buffer.write(bz2.open(sys.argv[1]).read())", path]) { RedirectStandardOutput = true })!;
        string text = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        return text.Split('\n');
    }
}
