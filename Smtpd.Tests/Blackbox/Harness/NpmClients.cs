using System.Diagnostics;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>Clients of Mailpit's API as they are published, unchanged: see Blackbox/Clients. They are installed once for all tests.</summary>
internal static class NpmClients
{
    /// <summary>What drives each of them.</summary>
    public static readonly string[] Scripts = ["mailpit-api.mjs", "cypress-mailpit.mjs"];

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private static readonly Lazy<Task<string?>> s_installed = new(InstallAsync);

    private static string Folder { get; } = Path.Combine(Places.Project, "build", "npm-clients");

    /// <summary>Runs one against a server that has no mail yet. Skips the test, saying so, where there is no npm.</summary>
    public static async Task PlayAsync(string script, string server)
    {
        if (await s_installed.Value is { } missing) Assert.Ignore(missing);
        (int status, string output) = await RunAsync("node", Folder, script, server);
        Assert.That(status, Is.Zero, output);
        Assert.That(output, Does.Contain("all answered as expected"));
    }

    /// <summary>The text of a file of one of the packages. Skips the test, saying so, where there is no npm.</summary>
    public static async Task<string> ReadAsync(params string[] path)
    {
        if (await s_installed.Value is { } missing) Assert.Ignore(missing);
        return await File.ReadAllTextAsync(Path.Combine([Folder, "node_modules", .. path]));
    }

    /// <summary>Null when the clients are there, else why they are not.</summary>
    private static async Task<string?> InstallAsync()
    {
        Directory.CreateDirectory(Folder);
        foreach (string file in Directory.GetFiles(Path.Combine(Places.Project, "Smtpd.Tests", "Blackbox", "Clients"))) File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        try
        {
            (int status, string output) = await RunAsync("npm", Folder, "ci");
            return status == 0 ? null : $"npm cannot install the clients, perhaps for want of a network: {output}";
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            return $"npm is not here: {failure.Message}";
        }
    }

    private static async Task<(int Status, string Output)> RunAsync(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
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
}
