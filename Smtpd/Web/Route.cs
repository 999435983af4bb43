namespace Smtpd.Web;

/// <summary>A path and who answers it.</summary>
/// <param name="Pattern">The segments, joined with slashes; <c>*</c> stands for one segment; the handler gets the first.</param>
/// <param name="IsOpen">True when it needs no right to see mail.</param>
internal sealed record Route(string Pattern, IHandler Handler, bool IsOpen = false)
{
    private readonly string[] _segments = Pattern.Split('/');

    /// <summary>Null when the path is another, else the segment at the first <c>*</c>, or an empty string.</summary>
    public string? Match(IReadOnlyList<string> path)
    {
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
