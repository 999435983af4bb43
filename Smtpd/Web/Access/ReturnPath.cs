namespace Smtpd.Web.Access;

/// <summary>Where a browser goes after it has signed in: to the page that sent it away, and never anywhere but here (open redirect).</summary>
internal sealed class ReturnPath(string basePath)
{
    /// <summary>The member of the login page's query.</summary>
    public const string Member = "next";

    private const int MostLetters = 2_000;

    /// <summary>The address of the login page for a request that needs it.</summary>
    /// <param name="target">The request's own, as it came.</param>
    public string ToLogin(string target) => IsOurs(target) ? $"{basePath}/login?{Member}={Uri.EscapeDataString(target)}" : $"{basePath}/login";

    /// <summary>The path that the query asks for if it is one of ours, else the page.</summary>
    public string Read(HttpRequest request) => request.Query[Member] is { } wanted && IsOurs(wanted) ? wanted : $"{basePath}/";

    /// <summary>
    /// A path below ours. <c>//host</c> and, to browsers, <c>/\host</c> lead elsewhere; what is not visible ASCII some browsers leave out
    /// before they look; dots could climb out of the base path.
    /// </summary>
    private bool IsOurs(string path)
    {
        if (path.Length is 0 or > MostLetters || path.AsSpan().ContainsAnyExceptInRange('!', '~') || path.Contains('\\')) return false;
        if (!path.StartsWith(basePath + "/", StringComparison.Ordinal)) return false;
        string below = path[basePath.Length..];
        int end = below.AsSpan().IndexOfAny('?', '#');
        return !below.StartsWith("//", StringComparison.Ordinal) && !(end < 0 ? below : below[..end]).Split('/').Any(IsDots);
    }

    private static bool IsDots(string segment) => segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..";
}
