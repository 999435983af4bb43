using System.Globalization;

namespace Smtpd.Storage.Spooling;

/// <summary>Writes to a store that may not come back: one batch at a time, and each within a time limit.</summary>
/// <param name="time">How long a batch may take. The store itself should give up at about that time; this is what holds when it does not.</param>
internal sealed class DistantWriter(IMailStore store, TimeSpan time, TimeProvider clock)
{
    /// <summary>The store gives up by itself first, and then says better why.</summary>
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(1);

    private Task _last = Task.CompletedTask;

    /// <summary>Commits a batch, large bodies first. Not called for the next one before this one has ended.</summary>
    /// <exception cref="StoreException">It failed, or the time is over. Then nobody knows whether it was done, and memory and files of the batch are left to it.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more; the same holds.</exception>
    public async Task CommitAsync(IReadOnlyList<ReceivedMail> batch, CancellationToken cancellation)
    {
        if (!_last.IsCompleted) throw new StoreException($"{store.Description}: an earlier write has not ended yet");
        TimeSpan limit = time + BatchTime.ForSizeOf(batch) + _grace;
        _last = Task.Run(() => Commit(batch), CancellationToken.None);
        try
        {
            await _last.WaitAsync(limit, clock, cancellation).ConfigureAwait(false);
        }
        catch (Exception given) when (!_last.IsCompleted && given is TimeoutException or OperationCanceledException)
        {
            foreach (ReceivedMail mail in batch) mail.Body.Abandon();
            // Whatever it ends with, somebody has looked.
            _ = _last.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            if (given is OperationCanceledException) throw;
            throw new StoreException(string.Create(CultureInfo.InvariantCulture, $"{store.Description}: no answer within {limit.TotalSeconds:0.#} s"));
        }
        catch (Exception fault) when (fault is not StoreException)
        {
            throw new StoreException($"{store.Description}: {fault.Message}", cause: fault);
        }
    }

    private void Commit(IReadOnlyList<ReceivedMail> batch)
    {
        foreach (ReceivedMail mail in batch)
        {
            while (mail.Body.Length > Intake.MostAtOnceOctets && !store.WriteAhead(mail)) { }
        }
        store.Commit(batch);
    }
}
