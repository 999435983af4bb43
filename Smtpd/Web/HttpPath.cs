namespace Smtpd.Web;

/// <summary>Splits request targets.</summary>
internal sealed class HttpPath
{
    private readonly string[] _base;

    /// <param name="basePath">The prefix under which everything is served, with or without slashes around it.</param>
    public HttpPath(string basePath)
    {
        _base = basePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The prefix with a slash before it and none behind; empty for none.</summary>
    public static string Normalize(string basePath) => string.Concat(basePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(segment => "/" + segment));

    /// <summary>
    /// The path's segments below the base path, each decoded after the split, so that an encoded slash never makes a new one;
    /// null when the path lies outside. Slashes behind the base path are taken for one, because
    /// a client of the API puts two there; <c>.</c>, <c>..</c> and other empty segments stay as they are and match nothing.
    /// </summary>
    public (IReadOnlyList<string>? Path, HttpQuery Query) Split(string target)
    {
        int mark = target.IndexOf('?', StringComparison.Ordinal);
        string path = mark < 0 ? target : target[..mark];
        var query = new HttpQuery(mark < 0 ? "" : target[(mark + 1)..]);
        if (!path.StartsWith('/')) return (null, query);
        string[] segments = [.. path[1..].Split('/').Select(Uri.UnescapeDataString)];
        if (!segments.AsSpan().StartsWith(_base)) return (null, query);
        int first = _base.Length;
        while (first < segments.Length - 1 && segments[first].Length == 0) first++;
        return (segments[first..], query);
    }
}
