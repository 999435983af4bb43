using System.Diagnostics;
using System.Text;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>A running server under test. Disposing it ends the process, whatever state it is in.</summary>
internal sealed class SmtpdProcess : IAsyncDisposable
{
    /// <summary>The drain may take 15 s; then the process must be gone.</summary>
    public static readonly TimeSpan ExitDeadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    // An interrupt or hang-up that the test runner itself was started to ignore would be ignored by the server as well.
    private static readonly string[] CleanSignals = ["/usr/bin/env", "--default-signal=HUP,INT,QUIT,TERM,PIPE"];

    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private SmtpdProcess(Process process, SmtpdConfiguration configuration)
    {
        _process = process;
        Configuration = configuration;
        Api = new ApiClient(configuration.WebPort);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public SmtpdConfiguration Configuration { get; }
    public ApiClient Api { get; }
    public int Id => _process.Id;
    public bool IsRunning => !_process.HasExited;

    /// <summary>What the server wrote to stdout and stderr so far.</summary>
    public string Log
    {
        get { lock (_log) return _log.ToString(); }
    }

    /// <summary>The end of <see cref="Log"/>, enough to see what happened last.</summary>
    public string LastOfLog => string.Join('\n', Log.Split('\n')[^Math.Min(40, Log.Split('\n').Length)..]);

    /// <summary>Starts the binary and waits until it greets.</summary>
    /// <param name="configuration">Written to its file here.</param>
    /// <param name="arguments">More arguments after <c>-config=FILE</c>.</param>
    /// <param name="tracer">A program, with its arguments, that runs the binary in its own place, such as <c>strace -D</c>.</param>
    /// <param name="environment">Additions to the environment.</param>
    public static async Task<SmtpdProcess> StartAsync(SmtpdConfiguration configuration, IEnumerable<string>? arguments = null,
        IReadOnlyList<string>? tracer = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] command = [.. tracer ?? [], .. CleanSignals, Places.Binary, "-config=" + configuration.Write(), .. arguments ?? []];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;

        var server = new SmtpdProcess(CommandRun.Start(start), configuration);
        try
        {
            await Eventually.HoldsAsync(server.GreetsOrEndedAsync, $"the server's greeting on port {configuration.SmtpPort}", StartDeadline);
            if (server._process.HasExited)
            {
                await server._process.WaitForExitAsync();
                Assert.Fail($"the server ended at its start, exit {server._process.ExitCode}");
            }
            return server;
        }
        catch
        {
            await TestContext.Out.WriteLineAsync($"The server's log:\n{server.LastOfLog}");
            await server.DisposeAsync();
            throw;
        }
    }

    public Task<SmtpDialogue> ConnectAsync() => SmtpDialogue.ConnectAsync(Configuration.SmtpPort);

    public void Send(Signal signal) => Posix.Send(Id, signal);

    /// <summary>Waits for the end of the process and gives its exit status.</summary>
    public async Task<int> ExitAsync(TimeSpan? deadline = null)
    {
        using var limit = new CancellationTokenSource(deadline ?? ExitDeadline);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the server is still running; the end of its log:\n{LastOfLog}");
        }
        return _process.ExitCode;
    }

    /// <summary>Asks the server to end, as a service manager does, and expects that it does so cleanly.</summary>
    public async Task StopAsync()
    {
        Send(Signal.Terminate);
        Assert.That(await ExitAsync(), Is.Zero, () => $"exit status; the end of the log:\n{LastOfLog}");
    }

    /// <summary>Ends the process as a crash does.</summary>
    public async Task KillAsync()
    {
        Send(Signal.Kill);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        string state = _process.HasExited ? $"had ended, exit {_process.ExitCode}" : "was running";
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
            await TestContext.Out.WriteLineAsync($"The server {state}; the end of its log:\n{LastOfLog}");
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_log) _log.AppendLine(line);
    }

    private async Task<bool> GreetsOrEndedAsync()
    {
        if (_process.HasExited) return true;
        try
        {
            await using SmtpDialogue dialogue = await ConnectAsync();
            await dialogue.SayAsync("QUIT");
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
