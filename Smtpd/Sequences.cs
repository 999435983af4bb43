namespace Smtpd;

/// <summary>
/// <c>Select</c> and <c>Where</c> as System.Linq has them, for all of the program: it stands in the namespace around it, so it is
/// found first. Those of System.Linq know one another by generic virtual methods, of which the Native AOT compiler makes one for
/// every pair of types that could ever meet: eight thousand of them, more than two megabytes of the file.
/// </summary>
internal static class Sequences
{
    public static IEnumerable<TResult> Select<T, TResult>(this IEnumerable<T> source, Func<T, TResult> selector)
    {
        foreach (T one in source) yield return selector(one);
    }

    /// <param name="selector">Gets the element and its place, from 0.</param>
    public static IEnumerable<TResult> Select<T, TResult>(this IEnumerable<T> source, Func<T, int, TResult> selector)
    {
        int place = 0;
        foreach (T one in source) yield return selector(one, place++);
    }

    public static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, bool> predicate)
    {
        foreach (T one in source)
            if (predicate(one)) yield return one;
    }
}
