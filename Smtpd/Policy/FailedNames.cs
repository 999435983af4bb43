namespace Smtpd.Policy;

/// <summary>
/// Counts failed sign-ins by name, whether there is such a user or not: many addresses that guess together are stopped where
/// counting each address does not.
/// </summary>
/// <param name="limit">Failures of one name within an hour.</param>
/// <param name="mostNames">How many names are known at once.</param>
internal sealed class FailedNames(TimeProvider clock, int limit = FailedNames.StandardLimit, int mostNames = FailedNames.MostNames)
{
    /// <summary>Beyond what people and their forgotten devices do, and far below what guessing needs.</summary>
    public const int StandardLimit = 100;

    /// <summary>More than can fail in an hour where each failure takes a derivation.</summary>
    public const int MostNames = 50_000;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Allowance> _names = new(StringComparer.Ordinal);

    /// <summary>True while that name may be tried.</summary>
    public bool MayTry(string name)
    {
        lock (_lock) return !_names.TryGetValue(name, out Allowance allowance) || allowance.IsLeft(limit, Hour, clock);
    }

    public void Count(string name)
    {
        lock (_lock)
        {
            if (_names.Count >= mostNames && !_names.ContainsKey(name)) MakeRoom();
            Allowance allowance = _names.GetValueOrDefault(name);
            allowance.TryTake(limit, Hour, clock);
            _names[name] = allowance;
        }
    }

    /// <summary>Forgets those that have all their tries again; where there is none of those, everybody but who has none left.</summary>
    private void MakeRoom()
    {
        foreach ((string name, Allowance allowance) in _names)
            if (allowance.IsWhole(clock)) _names.Remove(name);
        if (_names.Count < mostNames) return;
        foreach ((string name, Allowance allowance) in _names)
            if (allowance.IsLeft(limit, Hour, clock)) _names.Remove(name);
        if (_names.Count >= mostNames) _names.Clear();
    }
}
