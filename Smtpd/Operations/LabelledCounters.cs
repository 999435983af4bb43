using System.Collections.Concurrent;

namespace Smtpd.Operations;

/// <summary>Counters with names that are words of our own: never text of a mail, a client or a user.</summary>
internal sealed class LabelledCounters
{
    /// <summary>Names at most, should words of our own ever be more than was thought; the rest is counted together.</summary>
    private const int MostLabels = 200;

    private const string Rest = "other";

    private readonly ConcurrentDictionary<string, Counter> _counters = new(StringComparer.Ordinal);

    public void Increment(string label)
    {
        if (!_counters.TryGetValue(label, out Counter? counter))
            counter = _counters.GetOrAdd(_counters.Count < MostLabels ? label : Rest, static _ => new Counter());
        counter.Increment();
    }

    /// <summary>Every name that was counted, in the order of the names.</summary>
    public IReadOnlyList<(string Label, long Count)> Values =>
        [.. _counters.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Key, one.Value.Value))];
}
