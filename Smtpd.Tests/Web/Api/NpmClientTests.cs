using System.Diagnostics;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Web.Api;

/// <summary>Clients of Mailpit's API as they are published, unchanged: see Blackbox/Clients.</summary>
[TestFixtureSource(typeof(ApiServer), nameof(ApiServer.Stores))]
public sealed class NpmClientTests(string store)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private static readonly Lazy<Task<string?>> s_installed = new(InstallAsync);

    [TestCase("mailpit-api.mjs")]
    [TestCase("cypress-mailpit.mjs")]
    public async Task A_published_client_gets_what_it_expects(string script)
    {
        if (await s_installed.Value is { } missing) Assert.Ignore(missing);
        await using var api = new ApiServer(store);
        (int status, string output) = await RunAsync("node", Folder, script, $"http://{api.EndPoint}");
        Assert.That(status, Is.Zero, output);
        Assert.That(output, Does.Contain("all answered as expected"));
    }

    private static string Folder { get; } = Path.Combine(Places.Project, "build", "npm-clients");

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
