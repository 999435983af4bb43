namespace Smtpd.Accounts;

/// <summary>
/// Where passwords are derived: away from the caller's thread, on at most half the processors, so that mail comes in while
/// somebody guesses passwords.
/// </summary>
internal sealed class Derivations : IDisposable
{
    /// <summary>Those behind would wait for so long that their clients had given up.</summary>
    public const int MostWaiting = 64;

    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _inside;
    private long _done;

    /// <summary>How many were done.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Does the work on a thread of the pool.</summary>
    /// <returns>False when too many wait already; the work is not done then.</returns>
    public async ValueTask<bool> RunAsync(Action work)
    {
        try
        {
            if (Interlocked.Increment(ref _inside) > MostWaiting) return false;
            await _turns.WaitAsync().ConfigureAwait(false);
            try
            {
                await Task.Run(work).ConfigureAwait(false);
                Interlocked.Increment(ref _done);
                return true;
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    public void Dispose() => _turns.Dispose();
}
