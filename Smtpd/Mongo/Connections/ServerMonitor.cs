using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Wire;

namespace Smtpd.Mongo.Connections;

/// <summary>What a monitor has seen of its server.</summary>
internal interface IServerObserver
{
    /// <param name="hello">The server's answer.</param>
    /// <param name="time">How long it took.</param>
    void Answered(MongoHost host, BsonDocument hello, TimeSpan time);

    void Failed(MongoHost host, MongoException failure);

    /// <summary>True when the server was known to be well until now.</summary>
    bool IsKnown(MongoHost host);
}

/// <summary>
/// Asks one server again and again what it is, on a connection of its own: at the heartbeat, and sooner when somebody needs to know.
/// </summary>
internal sealed class ServerMonitor : IAsyncDisposable
{
    private readonly MongoHost _host;
    private readonly ConnectionOpener _opener;
    private readonly MongoTimes _times;
    private readonly IServerObserver _observer;
    private readonly Func<CancellationToken, Task> _maintain;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _wanted = New();
    private WireConnection? _connection;
    private bool _knowsHello;
    private Task _loop = Task.CompletedTask;

    /// <param name="maintain">Is called after every good answer: what else has to be done for the server from time to time.</param>
    public ServerMonitor(MongoHost host, ConnectionOpener opener, MongoTimes times, IServerObserver observer, Func<CancellationToken, Task> maintain, TimeProvider clock)
    {
        _host = host;
        _opener = opener;
        _times = times;
        _observer = observer;
        _maintain = maintain;
        _clock = clock;
    }

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Asks as soon as <see cref="MongoTimes.LeastHeartbeat"/> allows.</summary>
    public void Hurry()
    {
        lock (_gate) _wanted.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_end.IsCancellationRequested)
            {
                long asked = _clock.GetTimestamp();
                lock (_gate) _wanted = _wanted.Task.IsCompleted ? New() : _wanted;
                bool wasKnown = _observer.IsKnown(_host);
                bool isWell = await CheckAsync().ConfigureAwait(false);
                // A connection that broke says nothing yet of a server that was well: it may have restarted.
                if (isWell || !wasKnown) await WaitAsync(asked).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
        finally
        {
            _connection?.Dispose();
        }
    }

    private async Task<bool> CheckAsync()
    {
        try
        {
            await AskAsync(_end.Token).ConfigureAwait(false);
        }
        catch (MongoException failure)
        {
            _connection?.Dispose();
            _connection = null;
            _observer.Failed(_host, failure);
            return false;
        }
        try
        {
            await _maintain(_end.Token).ConfigureAwait(false);
        }
        catch (MongoException)
        {
            // The pool has reported it. What could not be opened now is opened when somebody needs it.
        }
        return true;
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        BsonDocument hello;
        TimeSpan time;
        if (_connection is null)
        {
            (_connection, hello, time) = await _opener.OpenForMonitorAsync(_host, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            long asked = _clock.GetTimestamp();
            hello = await AskAgainAsync(_connection, cancellationToken).ConfigureAwait(false);
            time = _clock.GetElapsedTime(asked);
        }
        if (!hello["ok"u8].AsBoolean()) throw MongoException.FromReply(hello, "ask MongoDB what it is", _host);
        _knowsHello = hello["helloOk"u8].AsBoolean();
        _observer.Answered(_host, hello, time);
    }

    private async Task<BsonDocument> AskAgainAsync(WireConnection connection, CancellationToken cancellationToken)
    {
        const string doing = "ask MongoDB what it is";
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_times.Connect != Timeout.InfiniteTimeSpan) deadline.CancelAfter(_times.Connect);
        try
        {
            return await Greeting.AgainAsync(connection, _knowsHello, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MongoException(MongoFailure.Timeout, doing, $"no answer within {_times.Connect.TotalSeconds:0.###} s", _host);
        }
        catch (Exception failure) when (failure is IOException or WireException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            throw new MongoException(MongoFailure.Network, doing, failure.Message, _host, failure);
        }
    }

    /// <summary>Until the next heartbeat, or until somebody is in a hurry, though not at once.</summary>
    private async Task WaitAsync(long asked)
    {
        Task wanted;
        lock (_gate) wanted = _wanted.Task;
        try
        {
            await wanted.WaitAsync(_times.Heartbeat, _clock, _end.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return;
        }
        TimeSpan pause = MongoTimes.LeastHeartbeat - _clock.GetElapsedTime(asked);
        if (pause > TimeSpan.Zero) await Task.Delay(pause, _clock, _end.Token).ConfigureAwait(false);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
