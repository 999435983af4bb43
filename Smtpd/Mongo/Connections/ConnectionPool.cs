using System.Globalization;
using Smtpd.Mongo.Wire;

namespace Smtpd.Mongo.Connections;

/// <summary>
/// Connections to one server that were opened for operations. What was used last is used next, so that those that are not needed grow old and
/// are closed. Safe for several threads.
/// </summary>
internal sealed class ConnectionPool : IDisposable
{
    /// <summary>One that was used a moment ago is taken without asking the system whether it is still open.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly MongoHost _host;
    private readonly ConnectionOpener _opener;
    private readonly MongoPoolLimits _limits;
    private readonly TimeProvider _clock;
    private readonly List<PooledConnection> _idle = [];
    private readonly HashSet<PooledConnection> _used = [];
    private readonly Queue<TaskCompletionSource<PooledConnection?>> _waiting = new();
    private readonly CancellationTokenSource _closing = new();
    private int _connecting;
    private bool _isClosed;

    private readonly Action<MongoException, int> _failed;

    /// <param name="failed">Is told of every connection that could not be opened, with the generation in which it was tried.</param>
    public ConnectionPool(MongoHost host, ConnectionOpener opener, MongoPoolLimits limits, TimeProvider clock, Action<MongoException, int> failed)
    {
        _failed = failed;
        _host = host;
        _opener = opener;
        _limits = limits;
        _clock = clock;
    }

    /// <summary>Grows with each <see cref="Clear"/>.</summary>
    public int Generation { get; private set; }

    /// <summary>Operations under way.</summary>
    public int InUse
    {
        get { lock (_gate) return _used.Count; }
    }

    /// <summary>Connections that are open or being opened.</summary>
    public int Count
    {
        get { lock (_gate) return Total; }
    }

    private int Total => _idle.Count + _used.Count + _connecting;

    private bool MayConnect => (_limits.Most == 0 || Total < _limits.Most) && _connecting < _limits.MostConnecting;

    /// <summary>A connection that is signed in and used by nobody else. To be given back by <see cref="CheckIn"/>, whatever becomes of it.</summary>
    /// <param name="doing">For error texts.</param>
    /// <exception cref="MongoException">None can be opened, none became free in time, or the server was lost in the meantime.</exception>
    public async Task<PooledConnection> CheckOutAsync(string doing, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource<PooledConnection?>? turn = null;
            List<PooledConnection>? stale = null;
            PooledConnection? found = null;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isClosed, this);
                while (found is null && _idle.Count > 0)
                {
                    PooledConnection last = _idle[^1];
                    _idle.RemoveAt(_idle.Count - 1);
                    if (IsUsable(last)) found = last;
                    else (stale ??= []).Add(last);
                }
                if (found is not null)
                {
                    _used.Add(found);
                }
                else if (MayConnect)
                {
                    _connecting++;
                }
                else
                {
                    turn = new TaskCompletionSource<PooledConnection?>(TaskCreationOptions.RunContinuationsAsynchronously);
                    _waiting.Enqueue(turn);
                }
            }
            Close(stale);
            if (turn is not null) found = await TurnAsync(turn, doing, cancellationToken).ConfigureAwait(false);
            if (found is null) return await ConnectAsync(cancellationToken).ConfigureAwait(false);
            if (!found.Connection.IsClosed) return found;
            CheckIn(found);
        }
    }

    /// <summary>Takes a connection back. One that is closed, or older than the last <see cref="Clear"/>, is thrown away.</summary>
    public void CheckIn(PooledConnection connection)
    {
        bool isKept = false;
        lock (_gate)
        {
            _used.Remove(connection);
            connection.IdleSince = _clock.GetTimestamp();
            if (!connection.Connection.IsClosed && connection.Generation == Generation && !_isClosed)
            {
                isKept = true;
                if (!HandOver(connection)) _idle.Add(connection);
            }
            AllowNext();
        }
        if (!isKept) connection.Connection.Dispose();
    }

    /// <summary>Makes all connections that are open now useless: the server is gone, or is another one. Those who wait for one are told.</summary>
    /// <param name="interrupts">True: those in use are closed as well, because no answer will come.</param>
    public void Clear(bool interrupts)
    {
        List<PooledConnection> closed;
        List<PooledConnection> interrupted;
        lock (_gate)
        {
            Generation++;
            closed = [.. _idle];
            _idle.Clear();
            interrupted = interrupts ? [.. _used] : [];
            while (_waiting.TryDequeue(out TaskCompletionSource<PooledConnection?>? waiting))
                waiting.TrySetException(new MongoException(MongoFailure.Network, "wait for a connection", "the server was lost in the meantime", _host));
        }
        Close(closed);
        foreach (PooledConnection connection in interrupted) connection.Connection.Abort();
    }

    /// <summary>Closes what has been idle for too long and opens what should always be there.</summary>
    public async Task MaintainAsync(CancellationToken cancellationToken)
    {
        List<PooledConnection> old = [];
        lock (_gate)
        {
            for (int i = _idle.Count - 1; i >= 0; i--)
            {
                if (IsUsable(_idle[i])) continue;
                old.Add(_idle[i]);
                _idle.RemoveAt(i);
            }
        }
        Close(old);
        while (MayFill()) CheckIn(await ConnectAsync(cancellationToken).ConfigureAwait(false));

        bool MayFill()
        {
            lock (_gate)
            {
                bool may = Total < _limits.Least && MayConnect && !_isClosed;
                if (may) _connecting++;
                return may;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate) _isClosed = true;
        _closing.Cancel();
        Clear(interrupts: true);
    }

    /// <summary>Waits until a connection is free (it is the result), or until one may be opened (null).</summary>
    private async Task<PooledConnection?> TurnAsync(TaskCompletionSource<PooledConnection?> turn, string doing, CancellationToken cancellationToken)
    {
        try
        {
            return await turn.Task.WaitAsync(_limits.MaxWait ?? Timeout.InfiniteTimeSpan, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception end) when (end is OperationCanceledException or TimeoutException)
        {
            // The turn may have come at this very moment: what it brought goes on to the next.
            if (!turn.TrySetCanceled(CancellationToken.None)) Refuse(turn.Task);
            if (end is OperationCanceledException) throw;
            string text = string.Create(CultureInfo.InvariantCulture, $"all {_limits.Most} connections were in use for {_limits.MaxWait!.Value.TotalSeconds:0.###} s (maxPoolSize, waitQueueTimeoutMS)");
            throw new MongoException(MongoFailure.Timeout, doing, text, _host);
        }
    }

    private void Refuse(Task<PooledConnection?> turn)
    {
        if (!turn.IsCompletedSuccessfully) return;
        if (turn.Result is { } connection)
        {
            CheckIn(connection);
            return;
        }
        lock (_gate)
        {
            _connecting--;
            AllowNext();
        }
    }

    /// <summary>Opens one for which the place has been counted already.</summary>
    private async Task<PooledConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        int generation = Generation;
        PooledConnection? opened = null;
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            opened = new PooledConnection(await _opener.OpenAsync(_host, end.Token).ConfigureAwait(false), generation);
        }
        catch (MongoException failure)
        {
            _failed(failure, generation);
            throw;
        }
        finally
        {
            lock (_gate)
            {
                _connecting--;
                if (opened is not null) _used.Add(opened);
                AllowNext();
            }
        }
        return opened;
    }

    private bool IsUsable(PooledConnection connection)
    {
        TimeSpan idle = _clock.GetElapsedTime(connection.IdleSince);
        return connection.Generation == Generation && !connection.Connection.IsClosed && !(idle > _limits.MaxIdle) && (idle < FreshFor || !connection.Connection.IsStale);
    }

    private bool HandOver(PooledConnection connection)
    {
        while (_waiting.TryDequeue(out TaskCompletionSource<PooledConnection?>? waiting))
        {
            if (!waiting.TrySetResult(connection)) continue;
            _used.Add(connection);
            return true;
        }
        return false;
    }

    private void AllowNext()
    {
        while (MayConnect && _waiting.TryDequeue(out TaskCompletionSource<PooledConnection?>? waiting))
            if (waiting.TrySetResult(null)) _connecting++;
    }

    private static void Close(List<PooledConnection>? connections)
    {
        foreach (PooledConnection connection in connections ?? []) connection.Connection.Dispose();
    }
}
