using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>Makes the store's file system fail at a test's command, by a small library that is preloaded into the server (<c>faults.c</c>).</summary>
internal sealed class Faults
{
    public const string SyncFails = "sync-fails";
    public const string DiskFull = "disk-full";

    private readonly string _folder;

    private Faults(string folder, string library, string store)
    {
        _folder = folder;
        Environment = new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["SMTPD_FAULTS"] = folder, ["SMTPD_FAULTS_STORE"] = store };
    }

    /// <summary>What the server's environment must have.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Compiles the library into the test's folder.</summary>
    /// <param name="files">How the paths of the files begin that fail; null for all of the store.</param>
    public static async Task<Faults> PrepareAsync(TemporaryFolder folder, SmtpdConfiguration configuration, string? files = null)
    {
        string source = Path.Combine(Places.Project, "Smtpd.Tests", "Blackbox", "Harness", "faults.c");
        string library = folder.File("faults.so");
        CommandRun compiler = await CommandRun.OfAsync("gcc", ["-O1", "-shared", "-fPIC", "-Wall", "-o", library, source, "-ldl"]);
        Assert.That(compiler.ExitCode, Is.Zero, compiler.Everything);
        return new Faults(Directory.CreateDirectory(folder.File("faults")).FullName, library, files ?? configuration.StoreFolder);
    }

    public void Begin(string fault) => File.WriteAllText(Path.Combine(_folder, fault), "");

    public void End(string fault) => File.Delete(Path.Combine(_folder, fault));

    /// <summary>How many system calls were made to fail.</summary>
    public int Happened(string fault) => new FileInfo(Path.Combine(_folder, fault + ".happened")) is { Exists: true } file ? (int)file.Length : 0;
}
