namespace Smtpd.Web;

/// <summary>A path and who answers it.</summary>
/// <param name="Pattern">The segments, joined with slashes; <c>*</c> stands for one segment; the handler gets the first.</param>
/// <param name="Handler">Answers GET and HEAD; null where there is nothing to get.</param>
/// <param name="IsOpen">True when it needs no right to see mail.</param>
internal sealed record Route(string Pattern, IHandler? Handler, bool IsOpen = false)
{
    private readonly string[] _segments = Pattern.Split('/');

    /// <summary>True where only superusers may go: what is there concerns the mail of all.</summary>
    public bool NeedsSuperuser { get; init; }

    /// <summary>True when this computer may ask without signing in although there are users, unless <c>web.auth</c> is <c>required</c>.</summary>
    public bool IsOpenLocally { get; init; }

    /// <summary>Who answers further methods. All of them may change something, so they ask for proof of their origin.</summary>
    public IReadOnlyDictionary<string, IHandler> Changes { get; init; } = new Dictionary<string, IHandler>();

    /// <summary>The methods, as the field Allow names them.</summary>
    public string Methods => string.Join(", ", (string[])[.. Handler is null ? (string[])[] : ["GET", "HEAD"], .. Changes.Keys]);

    /// <summary>Null when the method is not allowed.</summary>
    public IHandler? HandlerOf(string method) => method is "GET" or "HEAD" ? Handler : Changes.GetValueOrDefault(method);

    /// <summary>Null when the path is another, else the segment at the first <c>*</c>, or an empty string.</summary>
    public string? Match(IReadOnlyList<string> path)
    {
        // The base path itself, with and without its slash.
        if (Pattern.Length == 0) return path is [] or [""] ? "" : null;
        if (path.Count != _segments.Length) return null;
        string? id = null;
        for (int i = 0; i < _segments.Length; i++)
        {
            if (_segments[i] == "*") id ??= path[i];
            else if (_segments[i] != path[i]) return null;
        }
        return id ?? "";
    }
}
