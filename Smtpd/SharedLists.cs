using Smtpd.Accounts;
using Smtpd.Operations;
using Smtpd.Policy;
using Smtpd.Storage;

namespace Smtpd;

/// <summary>
/// Looks again and again at the users and block lists that other processes change too, and at the start until they can be read for
/// the first time: a database that is away then keeps no mail out.
/// </summary>
internal sealed class SharedLists(UserDirectory users, BlockLists blocks, Log log)
{
    /// <summary>A change that another process has made holds here after so long at the latest.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    /// <summary>While they were never read.</summary>
    private static readonly TimeSpan _firstInterval = TimeSpan.FromSeconds(1);

    /// <summary>At the start servers wait so long for the first look, so that a database that is there is known to them.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    private bool _wasRead;
    private bool _isInTrouble;

    /// <summary>Reads both for the first time, if that can be done soon.</summary>
    public async Task BeginAsync()
    {
        using var limit = new CancellationTokenSource(_patience);
        try
        {
            await LookAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Report("no answer in time");
        }
    }

    /// <summary>Reads both, and goes on until the token is cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await LookAsync(cancellation).ConfigureAwait(false);
                await Task.Delay(_wasRead ? _interval : _firstInterval, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            await users.RefreshAsync(cancellation).ConfigureAwait(false);
            await blocks.RefreshAsync(cancellation).ConfigureAwait(false);
            if (_isInTrouble) log.Info("store: users and block lists can be read");
            (_wasRead, _isInTrouble) = (true, false);
        }
        catch (StoreException failure)
        {
            Report(failure.Message);
        }
    }

    private void Report(string problem)
    {
        string meanwhile = _wasRead ? "those that were known stay in force" : "nobody can sign in and nobody is blocked until then";
        if (!_isInTrouble) log.Warn($"store: users and block lists cannot be read now, and {meanwhile}: {problem}");
        _isInTrouble = true;
    }
}
