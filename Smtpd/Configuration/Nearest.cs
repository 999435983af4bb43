namespace Smtpd.Configuration;

/// <summary>Finds what somebody meant who misspelt a name.</summary>
internal static class Nearest
{
    /// <summary>Longer names than this are no misspelling of any of ours, and comparing them would cost time.</summary>
    private const int LongestName = 64;

    /// <summary>The known name with the fewest edits to the given one, or null when none is close.</summary>
    public static string? To(string given, IEnumerable<string> known)
    {
        if (given.Length > LongestName) return null;
        string? nearest = null;
        int fewest = Math.Max(2, given.Length / 3) + 1;
        foreach (string name in known)
        {
            int edits = Edits(given.ToLowerInvariant(), name.ToLowerInvariant());
            if (edits >= fewest) continue;
            fewest = edits;
            nearest = name;
        }
        return nearest;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other (optimal string alignment).</summary>
    private static int Edits(string from, string to)
    {
        var cost = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++) cost[i, 0] = i;
        for (int j = 0; j <= to.Length; j++) cost[0, j] = j;
        for (int i = 1; i <= from.Length; i++)
        {
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = cost[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replaced, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
                if (swapped) cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }
        return cost[from.Length, to.Length];
    }
}
