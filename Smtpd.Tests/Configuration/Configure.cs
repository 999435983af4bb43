using System.Text;
using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

/// <summary>Reads settings from text, as if it stood in a file called smtpd.conf.</summary>
internal static class Configure
{
    public static ConfigurationReading From(string text, SettingsOverrides? overrides = null) => From(Encoding.UTF8.GetBytes(text), overrides);

    public static ConfigurationReading From(byte[] octets, SettingsOverrides? overrides = null)
    {
        var configuration = new RawConfiguration("smtpd.conf");
        ConfigurationFile.Read(octets, configuration);
        return SettingsReader.Read(configuration, overrides ?? new SettingsOverrides());
    }

    /// <summary>One option in its section.</summary>
    public static ConfigurationReading Option(string section, string key, string value) => From($$"""{ "{{section}}": { "{{key}}": {{value}} } }""");

    public static Settings Good(string text, SettingsOverrides? overrides = null)
    {
        ConfigurationReading reading = From(text, overrides);
        return reading.Settings ?? throw new InvalidOperationException(string.Join('\n', reading.Errors));
    }

    public static string RepositoryRoot()
    {
        DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "global.json"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
