using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage.Sqlite;

namespace Smtpd.Storage.Spooling;

/// <summary>
/// A store in front of a store: mail goes to the store behind, and to a local spool while that is away, slow, or does not take it. A message
/// counts as taken when either has it durably. Of a write that failed or timed out nobody knows whether it was done: its messages
/// go to the spool too, and are later written once more under the same ids, which the store behind takes for the same messages.
/// </summary>
internal sealed partial class SpoolingStore : IMailStore
{
    /// <summary>So many messages are the last of a spool: a batch, for which new mail waits.</summary>
    private const int LastStretch = 500;

    private readonly IMailStore _behind;
    private readonly DistantWriter _writer;
    private readonly SqliteStore _spool;
    private readonly SpoolSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Log _log;
    private readonly SpoolQueue _queue;
    private readonly SpoolForwarder _forwarder;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _forwarding;

    /// <summary>Held while messages are carried or changed in the spool, so that no change falls between the two stores.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Held by the intake's writer while it writes, and by the forwarder while it empties the last of the spool.</summary>
    private readonly SemaphoreSlim _way = new(1);

    private readonly SemaphoreSlim _news = new(0);
    private readonly Lock _gate = new();

    /// <summary>The large message that is being written ahead in the spool. The writer's own.</summary>
    private ReceivedMail? _begun;

    private long _messages;
    private long _octets;
    private long _forwarded;
    private DateTimeOffset? _since;
    private string? _trouble;
    private string? _readTrouble;

    /// <param name="behind">Becomes this store's own, as the spool does.</param>
    public SpoolingStore(IMailStore behind, SqliteStore spool, SpoolSettings settings, TimeProvider clock, Log log)
    {
        _behind = behind;
        _spool = spool;
        _settings = settings;
        _clock = clock;
        _log = log;
        _queue = new SpoolQueue(spool);
        (_messages, _octets) = _queue.Measure();
        _writer = new DistantWriter(behind, settings.CommitTime, clock);
        _forwarder = new SpoolForwarder(spool, behind, _writer, settings, log);
        if (_messages > 0) BeginSpooling(null, $"{_messages} messages lie in {spool.Description} since the last time");
        OfferSpace();
        _forwarding = Task.Run(ForwardAsync);
    }

    public string Description => _behind.Description;

    /// <summary>Null also while the store behind is away: mail is taken.</summary>
    public string? Trouble => _spool.Trouble is { } trouble && (_since is not null || _behind.Trouble is not null) ? trouble : null;

    public long SizeInBytes => _behind.SizeInBytes;

    public MessageId NewestId => _behind.NewestId is var newest && newest > _spool.NewestId ? newest : _spool.NewestId;

    public string StagingFolder => _spool.StagingFolder;

    public StoreSpace Space { get; } = new();

    SpoolStatus? IMailStore.Spool => Status;

    public SpoolStatus Status
    {
        get
        {
            lock (_gate) return new SpoolStatus(_since is not null, _since, _messages, _octets, _settings.MostOctets, _forwarder.Held, _forwarded, _trouble ?? _behind.Trouble ?? _readTrouble);
        }
    }

    private long Waits
    {
        get { lock (_gate) return _messages - _forwarder.Held; }
    }

    private bool IsSpooling
    {
        get { lock (_gate) return _since is not null; }
    }

    public bool WriteAhead(ReceivedMail mail)
    {
        if (!IsSpooling)
        {
            try
            {
                return _behind.WriteAhead(mail);
            }
            catch (StoreException failure)
            {
                BeginSpooling(failure.Message, failure.Message);
                Wake();
            }
        }
        if (_begun != mail) ForgetPlace(mail);
        _begun = mail;
        return _spool.WriteAhead(mail);
    }

    public void Commit(IReadOnlyList<ReceivedMail> batch)
    {
        _way.Wait();
        try
        {
            // What was begun in the spool ends there.
            bool isBegun = _begun is not null && batch.Contains(_begun);
            if (!IsSpooling && !isBegun && TryBehind(batch)) return;
            try
            {
                Spool(batch);
            }
            finally
            {
                // Not sooner: the forwarder tries the store behind with what it finds here, and with nothing there would make the next mail wait for it.
                Wake();
            }
        }
        finally
        {
            _way.Release();
        }
    }

    /// <exception cref="StoreException">Single messages are refused for good by a store that works; all others are kept.</exception>
    private bool TryBehind(IReadOnlyList<ReceivedMail> batch)
    {
        if (_behind.Trouble is { } known)
        {
            BeginSpooling(known, known);
            return false;
        }
        try
        {
            _writer.CommitAsync(batch, CancellationToken.None).GetAwaiter().GetResult();
            return true;
        }
        catch (StoreException failure) when (failure.Refused is null || failure.IsFull)
        {
            BeginSpooling(failure.Message, failure.Message);
            return false;
        }
    }

    private void Spool(IReadOnlyList<ReceivedMail> batch)
    {
        long octets = batch.Sum(mail => mail.Body.Length);
        lock (_gate)
        {
            if (_octets + octets > _settings.MostOctets) throw new StoreException($"{_spool.Description}: the spool is full (mongo.spool.max.bytes)", isFull: true);
        }
        if (!IsSpooling) BeginSpooling(null, "a large message was begun there");
        foreach (ReceivedMail mail in batch)
            if (mail != _begun) ForgetPlace(mail);
        _spool.Commit(batch);
        if (_begun is not null && batch.Contains(_begun)) _begun = null;
        lock (_gate)
        {
            _messages += batch.Count;
            _octets += octets;
        }
        OfferSpace();
    }

    /// <summary>Where one store has put what was written ahead means nothing to the other.</summary>
    private static void ForgetPlace(ReceivedMail mail) => (mail.SourceNumber, mail.WrittenAhead) = (0, 0);

    private void BeginSpooling(string? trouble, string why)
    {
        lock (_gate)
        {
            _trouble = trouble ?? _trouble;
            if (_since is not null) return;
            _since = _clock.GetUtcNow();
        }
        _log.Warn($"spool: mail goes to {_spool.Description} for now: {why}");
    }

    private void EndSpooling()
    {
        lock (_gate)
        {
            _since = null;
            _trouble = null;
        }
        _log.Info($"spool: all is forwarded; mail goes to {_behind.Description} again");
    }

    private void Wake()
    {
        if (_news.CurrentCount == 0) _news.Release();
    }

    public void Tend(bool idle)
    {
        _spool.Tend(idle);
        _behind.Tend(idle);
        OfferSpace();
    }

    /// <summary>Where mail may have to go to the spool it finds no more room than is left there.</summary>
    private void OfferSpace()
    {
        long disk = _spool.Space.Left ?? long.MaxValue;
        lock (_gate) Space.Offer(_since is null ? disk : Math.Min(disk, _settings.MostOctets - _octets));
    }

    private async Task ForwardAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (IsSpooling) await ForwardAllAsync().ConfigureAwait(false);
                await _news.WaitAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                await RestAsync(failure).ConfigureAwait(false);
            }
        }
    }

    private async Task ForwardAllAsync()
    {
        // The first batch shows whether the store behind is there, without anybody waiting for it.
        while (await CarryAsync().ConfigureAwait(false) && Waits > LastStretch) { }
        // The last of it goes while no new mail can come between, so that the order holds and the spool gets empty under load too.
        await _way.WaitAsync(_stopping.Token).ConfigureAwait(false);
        try
        {
            while (await CarryAsync().ConfigureAwait(false)) { }
            if (IsSpooling) EndSpooling();
        }
        finally
        {
            _way.Release();
        }
        OfferSpace();
    }

    /// <summary>True when something was carried: more waits, or may.</summary>
    private async ValueTask<bool> CarryAsync()
    {
        await _turn.WaitAsync(_stopping.Token).ConfigureAwait(false);
        try
        {
            IReadOnlyList<MessageSummary> carried = await _forwarder.StepAsync(_stopping.Token).ConfigureAwait(false);
            lock (_gate)
            {
                _messages -= carried.Count;
                _octets -= carried.Sum(message => message.Size);
                _forwarded += carried.Count;
                if (carried.Count > 0) _trouble = null;
            }
            OfferSpace();
            return carried.Count > 0;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task RestAsync(Exception failure)
    {
        lock (_gate)
        {
            if (failure is not StoreException || _trouble is null) _log.Warn($"spool: nothing is forwarded for now: {failure.Message}");
            _trouble = failure.Message;
        }
        try
        {
            await Task.Delay(_settings.RetryInterval, _clock, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        Wake();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _forwarding.ConfigureAwait(false);
        _forwarder.Dispose();
        await _behind.DisposeAsync().ConfigureAwait(false);
        await _spool.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
        _turn.Dispose();
        _way.Dispose();
        _news.Dispose();
    }
}
