using System.Diagnostics;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>What Blackbox/Clients names of npm, installed once into the build's folder.</summary>
internal static class NpmClients
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private static readonly Lazy<Task<string?>> s_installed = new(InstallOnceAsync);

    public static string Folder { get; } = Path.Combine(Places.Project, "build", "npm-clients");

    /// <summary>Null when they are there, else why they are not.</summary>
    public static Task<string?> InstallAsync() => s_installed.Value;

    public static async Task<(int Status, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(s_patience);
        Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token), errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return (process.ExitCode, await output + await errors);
    }

    private static async Task<string?> InstallOnceAsync()
    {
        Directory.CreateDirectory(Folder);
        foreach (string file in Directory.GetFiles(Path.Combine(Places.Project, "Smtpd.Tests", "Blackbox", "Clients"))) File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        try
        {
            (int status, string output) = await RunAsync("npm", "ci");
            return status == 0 ? null : $"npm cannot install the clients, perhaps for want of a network: {output}";
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            return $"npm is not here: {failure.Message}";
        }
    }
}
