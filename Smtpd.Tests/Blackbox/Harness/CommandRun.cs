using System.Diagnostics;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>A program that ran to its end, with what it said.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    /// <summary>All that it said, for a failure's message.</summary>
    public string Everything => $"exit {ExitCode}\n{Output}{Error}";

    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs a program and waits for its end; fails the test if that does not come in time or the program is not installed.</summary>
    public static async Task<CommandRun> OfAsync(string program, IEnumerable<string> arguments, TimeSpan? deadline = null, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Start(start);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();

        using var limit = new CancellationTokenSource(deadline ?? TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync();
            Assert.Fail($"{program} did not end in time; it said: {await output}{await error}");
        }
        return new CommandRun(process.ExitCode, await output, await error);
    }

    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Fail($"{start.FileName} cannot be started ({e.Message}): .ci/run installs what the tests need");
            throw;
        }
    }
}
