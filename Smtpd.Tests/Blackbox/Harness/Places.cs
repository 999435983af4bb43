using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>Where the things are that these tests need: the built binary, and the folder of corpora and tools beside the project.</summary>
internal static class Places
{
    /// <summary>The folder that holds <c>global.json</c>, found upwards from the test assembly.</summary>
    public static string Project { get; } = FindProject();

    /// <summary>The binary under test, <c>dist/smtpd</c> unless the environment variable <c>SMTPD_BINARY</c> names another. Fails the test when it is not there.</summary>
    public static string Binary
    {
        get
        {
            string path = Environment.GetEnvironmentVariable("SMTPD_BINARY") ?? Path.Combine(Project, "dist", "smtpd");
            if (!File.Exists(path)) Assert.Fail($"{path} is not there: run build.sh first");
            return path;
        }
    }

    /// <summary>A file or folder of <c>../shared</c>. Skips the test, saying so, where there is no such folder.</summary>
    public static string Shared(params string[] parts)
    {
        string path = Path.GetFullPath(Path.Combine([Project, "..", "shared", .. parts]));
        if (!Path.Exists(path)) Assert.Ignore($"needs ../shared/{string.Join('/', parts)}, which is not on this machine");
        return path;
    }

    private static string FindProject()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "global.json"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no global.json above {AppContext.BaseDirectory}");
    }
}
