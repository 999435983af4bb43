using System.Collections.Concurrent;

namespace Smtpd.Accounts;

/// <summary>Ends what lasts when the rights of the one for whom it lasts change.</summary>
internal sealed class RightsWatch
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _sources = new(StringComparer.Ordinal);

    /// <param name="name">A user who exists; the empty name stands for those of whom no sign-in is asked.</param>
    /// <returns>Ends with the next change.</returns>
    public CancellationToken Of(string name) => _sources.GetOrAdd(name, _ => new CancellationTokenSource()).Token;

    public void End(string name)
    {
        // What hangs on the token ends on threads of the pool: none of it may hold up, or fail, the change itself.
        if (_sources.TryRemove(name, out CancellationTokenSource? source)) _ = source.CancelAsync();
    }
}
