using System.Globalization;
using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Dns;
using Smtpd.Mongo.Topology;
using Smtpd.Operations;

namespace Smtpd.Mongo.Connections;

/// <summary>
/// The servers of a cluster, as far as they are known: keeps a monitor and a pool for each, hands what they see to the rules of
/// <see cref="TopologyChange"/>, and finds a server for an operation. Safe for several threads.
/// </summary>
internal sealed class Cluster : IServerObserver, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private MongoConnectionSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Log _log;
    private readonly DnsClient? _dns;
    private ConnectionOpener _opener;
    private readonly Dictionary<MongoHost, Server> _servers = [];
    private readonly Random _random = new();
    private readonly List<Task> _ending = [];
    private TopologyDescription _topology;
    private TaskCompletionSource _changed = New();
    private readonly CancellationTokenSource _end = new();
    private string? _seedProblem;

    /// <summary>Since when no server answers; null while one does, or may.</summary>
    private long? _silentSince;
    private bool _isClosed;

    /// <param name="dns">See <see cref="SrvPolling"/>.</param>
    /// <exception cref="MongoException">The settings ask for what this client cannot do, or name files that cannot be used.</exception>
    public Cluster(MongoConnectionSettings settings, TimeProvider clock, Log log, DnsClient? dns = null)
    {
        if (settings.Unsupported is { } unsupported) throw new MongoException(MongoFailure.Incompatible, "connect to MongoDB", unsupported);
        _settings = settings;
        _clock = clock;
        _log = log;
        _dns = dns;
        _opener = new ConnectionOpener(settings, clock);
        _topology = TopologyDescription.Start(settings);
    }

    public TopologyDescription Topology
    {
        get { lock (_gate) return _topology; }
    }

    /// <summary>True when a server that takes writes is known.</summary>
    public bool HasWritable => Find(null, null) is not null;

    public void Start()
    {
        if (_settings.SrvHost is not null)
        {
            lock (_gate) _ending.Add(Task.Run(SeedAsync));
            return;
        }
        lock (_gate) Align();
    }

    /// <summary>Asks DNS for the servers, and again as long as they may be mongos: members of a replica set name each other.</summary>
    private async Task SeedAsync()
    {
        var polling = new SrvPolling(_settings, _dns, _clock, _log);
        try
        {
            await polling.BeginAsync(Begin, NoteProblem, _end.Token).ConfigureAwait(false);
            while (Topology.TakesNames)
                if (await polling.NextAsync(_end.Token).ConfigureAwait(false) is { Count: > 0 } named) Take(named);
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private void NoteProblem(string problem)
    {
        lock (_gate)
        {
            _seedProblem = problem;
            Signal();
        }
    }

    private void Take(IReadOnlyList<MongoHost> named)
    {
        lock (_gate)
        {
            TopologyDescription before = _topology;
            _topology = TopologyChange.Apply(before, named, _settings.SrvMaxHosts, _random);
            if (_topology == before) return;
            foreach (MongoHost host in before.Servers.Keys)
                if (!_topology.Servers.ContainsKey(host)) _log.Info($"mongodb: {host} is no longer named by DNS");
            foreach (MongoHost host in _topology.Servers.Keys)
                if (!before.Servers.ContainsKey(host)) _log.Info($"mongodb: {host} is named by DNS");
            Align();
            Signal();
        }
    }

    private void Begin(MongoConnectionSettings settings)
    {
        if (settings.Unsupported is { } unsupported) throw new MongoException(MongoFailure.Incompatible, "connect to MongoDB", unsupported);
        var opener = new ConnectionOpener(settings, _clock);
        lock (_gate)
        {
            (_settings, _opener, _seedProblem) = (settings, opener, null);
            _topology = TopologyDescription.Start(settings);
            Align();
            Signal();
        }
    }

    /// <summary>A server that may take an operation.</summary>
    /// <param name="preference">Null for a write.</param>
    /// <param name="avoided">One that has just failed: taken only if there is no other.</param>
    /// <exception cref="MongoException">None was found in time; the text says what is known of each.</exception>
    public async Task<(Server Server, ServerDescription Description)> SelectAsync(string doing, ReadPreference? preference, MongoHost? avoided, CancellationToken cancellationToken)
    {
        if (Find(preference, avoided) is { } known) return known;
        long began = _clock.GetTimestamp();
        while (true)
        {
            TopologyDescription topology;
            Task changed;
            TimeSpan? silent;
            lock (_gate)
            {
                if (_isClosed) throw new MongoException(MongoFailure.NoServer, doing, "the connection to MongoDB is closed");
                (topology, changed, silent) = (_topology, _changed.Task, _silentSince is { } since ? _clock.GetElapsedTime(since) : null);
                foreach (Server server in _servers.Values) server.Monitor.Hurry();
            }
            if (topology.Incompatibility is { } problem) throw new MongoException(MongoFailure.Incompatible, doing, problem);
            // Asked again after the promise was taken: what came in between is not missed.
            if (Find(preference, avoided) is { } found) return found;
            TimeSpan left = _settings.Times.ServerSelection - _clock.GetElapsedTime(began);
            bool isHasty = preference is not null && silent is { } time && _settings.Times.Silence is { } most && most - time < left;
            if (isHasty) left = _settings.Times.Silence!.Value - silent!.Value;
            try
            {
                await changed.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _clock, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException) when (isHasty)
            {
                throw new MongoException(MongoFailure.NoServer, doing, Unanswered(SeedProblem, topology));
            }
            catch (TimeoutException)
            {
                string wanted = preference is null or { Mode: ReadMode.Primary } ? "no server that takes writes" : "no server that may be read from";
                string text = string.Create(CultureInfo.InvariantCulture, $"{wanted} was found within {_settings.Times.ServerSelection.TotalSeconds:0.###} s: {SeedProblem ?? topology.ToString()}");
                throw new MongoException(MongoFailure.NoServer, doing, text);
            }
        }
    }

    /// <summary>The server that has a cursor; null when it no longer belongs to the cluster.</summary>
    public Server? Get(MongoHost host)
    {
        lock (_gate) return _servers.GetValueOrDefault(host);
    }

    /// <summary>Completes when something else is known of the cluster than this.</summary>
    public Task ChangedAsync(TopologyDescription seen, CancellationToken cancellationToken)
    {
        lock (_gate) return _topology == seen && !_isClosed ? _changed.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Draws the conclusions from something that failed on a connection.</summary>
    public void Report(MongoHost host, ServerFault fault)
    {
        lock (_gate)
        {
            if (!_servers.TryGetValue(host, out Server? server) || !_topology.Servers.TryGetValue(host, out ServerDescription? known)) return;
            FaultVerdict verdict = FaultVerdict.Of(known, server.Pool.Generation, fault);
            if (verdict.Server is { } description) Take(description);
            if (verdict.ClearsPool) server.Pool.Clear(interrupts: false);
            if (verdict.AsksAgain) server.Monitor.Hurry();
        }
    }

    public void Answered(MongoHost host, BsonDocument hello, TimeSpan time)
    {
        lock (_gate)
        {
            if (_topology.Servers.TryGetValue(host, out ServerDescription? before)) Take(ServerDescription.FromHello(host, hello, time, before, _clock.GetUtcNow()));
        }
    }

    public void Failed(MongoHost host, MongoException failure)
    {
        lock (_gate)
        {
            if (!_topology.Servers.ContainsKey(host)) return;
            Take(ServerDescription.Unknown(host, failure.Message));
            // From a server that does not answer its monitor no answer to anything else is to be expected.
            if (_servers.TryGetValue(host, out Server? server)) server.Pool.Clear(interrupts: failure.Failure == MongoFailure.Timeout);
        }
    }

    public bool IsKnown(MongoHost host)
    {
        lock (_gate) return _topology.Servers.TryGetValue(host, out ServerDescription? known) && known.Kind != ServerKind.Unknown;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        Task[] ending;
        lock (_gate)
        {
            _isClosed = true;
            foreach (Server server in _servers.Values) End(server);
            _servers.Clear();
            ending = [.. _ending];
            _changed.TrySetResult();
        }
        await Task.WhenAll(ending).ConfigureAwait(false);
        _end.Dispose();
    }

    private (Server Server, ServerDescription Description)? Find(ReadPreference? preference, MongoHost? avoided)
    {
        lock (_gate)
        {
            if (_topology.Incompatibility is not null) return null;
            IReadOnlyList<ServerDescription> suitable = ServerSelector.Suitable(_topology, preference, _settings.Times.Heartbeat, avoided is { } host ? [host] : null);
            ServerDescription? chosen = ServerSelector.Pick(ServerSelector.InWindow(suitable, _settings.Times.LocalThreshold), InUse, _random);
            return chosen is not null && _servers.TryGetValue(chosen.Host, out Server? server) ? (server, chosen) : null;
        }
    }

    /// <summary>What is wrong, where no server has answered for as long as a read waits; null where one does, or may. The servers are looked at again soon.</summary>
    public string? Silence
    {
        get
        {
            lock (_gate)
            {
                if (_isClosed || _silentSince is not { } since || _settings.Times.Silence is not { } most || _clock.GetElapsedTime(since) < most) return null;
                foreach (Server server in _servers.Values) server.Monitor.Hurry();
                return Unanswered(_seedProblem, _topology);
            }
        }
    }

    private static string Unanswered(string? seedProblem, TopologyDescription topology) => $"no server answers: {seedProblem ?? topology.ToString()}";

    private string? SeedProblem
    {
        get { lock (_gate) return _seedProblem; }
    }

    private int InUse(MongoHost host) => _servers.TryGetValue(host, out Server? server) ? server.Pool.InUse : 0;

    /// <summary>Makes the next description, and monitors and pools to go with it. The gate is held.</summary>
    private void Take(ServerDescription server)
    {
        TopologyDescription before = _topology;
        _topology = TopologyChange.Apply(before, server);
        if (_topology == before) return;
        foreach (ServerDescription now in _topology.Servers.Values)
        {
            ServerDescription? known = before.Servers.GetValueOrDefault(now.Host);
            Tell(known, now);
            // Others say that it is primary no more, whatever it says itself: what was begun with it is not gone on with.
            bool isOverruled = now.Kind == ServerKind.Unknown && (now.Host == server.Host ? server : known)?.Kind == ServerKind.Primary;
            if (isOverruled && _servers.TryGetValue(now.Host, out Server? old)) old.Pool.Clear(interrupts: false);
        }
        Align();
        Signal();
    }

    private void Signal()
    {
        _silentSince = !_topology.IsSilent && _seedProblem is null ? null : _silentSince ?? _clock.GetTimestamp();
        TaskCompletionSource changed = _changed;
        _changed = New();
        changed.TrySetResult();
    }

    private void Tell(ServerDescription? before, ServerDescription now)
    {
        if (before is not null && before.Kind == now.Kind && (before.Error is null) == (now.Error is null)) return;
        if (now.Kind != ServerKind.Unknown) _log.Info($"mongodb: {now.Host} is {Name(now.Kind)}");
        else if (now.Error is { } error) _log.Warn($"mongodb: {now.Host} is unknown: {error}");
    }

    private static string Name(ServerKind kind) => kind switch
    {
        ServerKind.Standalone => "a standalone server",
        ServerKind.Mongos => "a mongos",
        ServerKind.Primary => "primary",
        ServerKind.Secondary => "secondary",
        ServerKind.Arbiter => "an arbiter",
        _ => "a member that takes nothing now",
    };

    private void Align()
    {
        if (_isClosed) return;
        foreach (Server server in _servers.Values.Where(server => !_topology.Servers.ContainsKey(server.Host)).ToArray())
        {
            _servers.Remove(server.Host);
            End(server);
        }
        foreach (MongoHost host in _topology.Servers.Keys)
        {
            if (_servers.ContainsKey(host)) continue;
            var pool = new ConnectionPool(host, _opener, _settings.Pool, _clock, (failure, generation) => Report(host, FaultOf(failure, generation)));
            var server = new Server(host, pool, new ServerMonitor(host, _opener, _settings.Times, this, pool.MaintainAsync, _clock));
            _servers.Add(host, server);
            server.Monitor.Start();
        }
    }

    /// <summary>A connection that could not be opened, whatever the reason, is a server that cannot be used.</summary>
    private static ServerFault FaultOf(MongoException failure, int generation) => new(
        failure.Failure == MongoFailure.SignIn ? FaultKind.SignIn : FaultKind.Network, generation, HandshakeDone: false, Text: failure.Message);

    private void End(Server server)
    {
        _ending.RemoveAll(task => task.IsCompleted);
        _ending.Add(EndAsync(server));
    }

    /// <summary>Not under the gate: whoever waits for something of the server goes on within it.</summary>
    private static async Task EndAsync(Server server)
    {
        await Task.Yield();
        server.Pool.Dispose();
        await server.Monitor.DisposeAsync().ConfigureAwait(false);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
