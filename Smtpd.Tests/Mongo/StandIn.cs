using System.Diagnostics;
using System.Net.Sockets;
using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Commands;
using Smtpd.Mongo.Wire;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Mongo;

/// <summary>
/// A MongoDB server, replica set or mongos to test against: ../shared/tools/mongod_standin.py, started for this test and ended with it. Skips
/// the test, saying so, where that is not on this machine.
/// </summary>
internal sealed class StandIn : IAsyncDisposable
{
    /// <summary>Generous, as for everything that waits on a loaded machine.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly StandInOptions _options;
    private readonly string? _foreign;
    private readonly List<MongoClient> _clients = [];
    private Process? _process;
    private int _term;

    private StandIn(Process? process, StandInOptions options, IReadOnlyList<int> ports, string? foreign)
    {
        _process = process;
        _options = options;
        _foreign = foreign;
        Ports = ports;
    }

    /// <summary>One for each member.</summary>
    public IReadOnlyList<int> Ports { get; }

    /// <summary>What clients have logged.</summary>
    public ListLog Log { get; } = new();

    /// <summary>True when it is a server that <c>SMTPD_TEST_MONGO</c> names, and cannot be hurt.</summary>
    public bool IsForeign => _foreign is not null;

    /// <summary>A database that no other test uses.</summary>
    public string Database { get; } = $"smtpd_test_{Guid.NewGuid():N}";

    public static async Task<StandIn> StartAsync(StandInOptions options)
    {
        for (int attempt = 1; ; attempt++)
        {
            int[] ports = options.Port is { } port ? [port] : [.. Enumerable.Range(0, options.Members).Select(_ => Posix.FreePort())];
            (Process? process, string error) = await LaunchAsync(options, ports);
            if (process is not null) return new StandIn(process, options, ports, null);
            // Another test may have taken a port in between.
            if (attempt == 3) Assert.Fail($"the stand-in does not start: {error}");
        }
    }

    /// <returns>The process once it listens; null when it ended, with what it said.</returns>
    private static async Task<(Process? Process, string Error)> LaunchAsync(StandInOptions options, IReadOnlyList<int> ports)
    {
        Process process = CommandRun.Start(new ProcessStartInfo("/usr/bin/python3", [Places.Shared("tools", "mongod_standin.py"), .. options.Arguments(ports)]) { RedirectStandardOutput = true, RedirectStandardError = true });
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(Deadline);
        if (line?.Contains("listening", StringComparison.Ordinal) == true)
        {
            // What it says later is not looked at, and must not fill the pipe.
            _ = process.StandardError.ReadToEndAsync();
            return (process, "");
        }
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(Deadline);
        process.Dispose();
        if (error.Contains("ModuleNotFoundError", StringComparison.Ordinal)) Assert.Ignore($"the stand-in for MongoDB needs python3-bson, python3-pymongo and python3-mongomock: {error}");
        return (null, error);
    }

    /// <summary>
    /// Kills the process with all its members. It keeps no journal; so that what it has acknowledged is there at its next start, as with a server that has one, it first stops answering and
    /// writes down what it has. Needs <see cref="StandInOptions.Data"/>.
    /// </summary>
    public async Task KillAsync()
    {
        _term = (await StatusAsync())["term"u8].AsInt32();
        await ControlAsync("""{"standinFreeze": 1, "ms": 600000}""");
        await ControlAsync("""{"standinSave": 1}""");
        await EndAsync(Signal.Kill);
    }

    /// <summary>Ends the process as a service manager does. What it has it writes to <see cref="StandInOptions.Data"/>.</summary>
    public async Task StopAsync()
    {
        _term = (await StatusAsync())["term"u8].AsInt32();
        await EndAsync(Signal.Terminate);
    }

    /// <summary>Starts it again on the same ports with what it had, after an election that is newer than all before.</summary>
    public async Task StartAgainAsync()
    {
        (Process? process, string error) = await LaunchAsync(_options, Ports);
        Assert.That(process, Is.Not.Null, $"the stand-in does not start again: {error}");
        _process = process;
        // It counts elections from 1 on at each start, and a real set goes on counting.
        while (_options.Set is not null && (await StatusAsync())["term"u8].AsInt32() <= _term) await StepDownAsync(to: 0);
    }

    /// <summary>Holds the process where it is, or lets it go on.</summary>
    public void Send(Signal signal) => Posix.Send(_process!.Id, signal);

    private async Task EndAsync(Signal signal)
    {
        Send(signal);
        await _process!.WaitForExitAsync().WaitAsync(Deadline);
        _process.Dispose();
        _process = null;
    }

    /// <summary>The server that the environment variable <c>SMTPD_TEST_MONGO</c> names, or a replica set of its own: for tests that any server must pass.</summary>
    public static async Task<StandIn> AnyAsync() =>
        Environment.GetEnvironmentVariable("SMTPD_TEST_MONGO") is { Length: > 0 } foreign ? new StandIn(null, new StandInOptions(), [], foreign) : await StartAsync(StandInOptions.ReplicaSet);

    /// <param name="options">As they stand in a connection string: <c>w=1&amp;journal=false</c>.</param>
    /// <param name="members">Which are named; null: all.</param>
    public string ConnectionString(string options = "", int[]? members = null, bool signsIn = true)
    {
        if (_foreign is not null) return options.Length == 0 ? _foreign : _foreign + (_foreign.Contains('?') ? "&" : _foreign.Contains('/', StringComparison.Ordinal) ? "?" : "/?") + options;
        string hosts = string.Join(',', (members ?? [.. Enumerable.Range(0, Ports.Count)]).Select(member => $"127.0.0.1:{Ports[member]}"));
        List<string> all = [];
        if (_options.Set is not null && !options.Contains("directConnection", StringComparison.Ordinal)) all.Add($"replicaSet={_options.Set}");
        if (_options.Tls is { } tls && !options.Contains("tls", StringComparison.Ordinal)) all.Add($"tls=true&tlsCAFile={Uri.EscapeDataString(tls.Certificate)}");
        if (options.Length > 0) all.Add(options);
        string user = signsIn && _options.User is { } pair ? $"{Uri.EscapeDataString(pair[..pair.IndexOf(':')])}:{Uri.EscapeDataString(pair[(pair.IndexOf(':') + 1)..])}@" : "";
        return $"mongodb://{user}{hosts}/?{string.Join('&', all)}";
    }

    /// <summary>A client with hurried heartbeats, closed at the end of the test.</summary>
    /// <param name="clock">For tests in which the client would wait again and again; null: the system's.</param>
    public MongoClient Connect(string options = "", int[]? members = null, bool signsIn = true, TimeProvider? clock = null)
    {
        string text = ConnectionString(options, members, signsIn);
        if (!Smtpd.Mongo.ConnectionString.TryParse(text, out MongoConnectionSettings? settings, out string? problem)) throw new ArgumentException($"{text}: {problem}");
        var client = new MongoClient(settings, clock ?? TimeProvider.System, Log);
        _clients.Add(client);
        return client;
    }

    /// <summary>One of the stand-in's own commands, on <c>admin</c>, on a connection of its own that nobody signs in on.</summary>
    /// <param name="member">Who is asked first. While it is down any other does as well, or it is waited for.</param>
    public async Task<BsonDocument> ControlAsync(string command, int member = 0)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        TlsClient? tls = _options.Tls is null ? null : new TlsClient(new MongoTlsSettings(true) { AllowsInvalidCertificates = true, AllowsInvalidNames = true });
        using WireConnection connection = await OpenAnyAsync(member, tls, deadline.Token);
        BsonDocument reply = await connection.RunAsync(new MongoCommand("admin", ExtendedJson.Read(command), "control"), default, deadline.Token);
        Assert.That(reply["ok"u8].AsBoolean(), Is.True, $"{command}: {reply["errmsg"u8].AsString()}");
        return reply;
    }

    private async Task<WireConnection> OpenAnyAsync(int first, TlsClient? tls, CancellationToken cancellation)
    {
        for (int i = first; ; i++)
        {
            try
            {
                return await WireConnection.OpenAsync(new MongoHost("127.0.0.1", Ports[i % Ports.Count]), tls, cancellation);
            }
            catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
            {
                await Task.Delay(10, cancellation);
            }
        }
    }

    public Task StepDownAsync(int? to = null, int milliseconds = 0, int member = 0) =>
        ControlAsync(to is { } other ? $$"""{"standinStepDown": 1, "to": {{other}}, "ms": {{milliseconds}}}""" : $$"""{"standinStepDown": 1, "ms": {{milliseconds}}}""", member);

    /// <summary>Takes a member away for a time. Completes when it is gone.</summary>
    /// <param name="from">The member that is told so.</param>
    public async Task DownAsync(int member, int milliseconds, int from = 0)
    {
        await ControlAsync($$"""{"standinDown": 1, "ms": {{milliseconds}}, "member": {{member}} }""", from);
        await Eventually.HoldsAsync(async () => IsDown(await StatusAsync(from), member), $"member {member} is gone", Deadline);
    }

    private static bool IsDown(BsonDocument status, int member)
    {
        foreach (BsonElement down in status["down"u8].AsDocument())
            if (down.AsInt32() == member) return true;
        return false;
    }

    /// <summary>Makes the next commands fail as mongod's own fail point does.</summary>
    public Task FailAsync(string commands, string data, int times = 1, int member = 0) =>
        ControlAsync($$$"""{"configureFailPoint": "failCommand", "mode": {"times": {{{times}}}}, "data": {"failCommands": {{{commands}}}, {{{data}}}}}""", member);

    public Task<BsonDocument> StatusAsync(int member = 0) => ControlAsync("""{"standinStatus": 1}""", member);

    /// <summary>Closes every client that was made so far.</summary>
    public async Task CloseClientsAsync()
    {
        foreach (MongoClient client in _clients) await client.DisposeAsync();
        _clients.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseClientsAsync();
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        _process.Dispose();
    }
}
