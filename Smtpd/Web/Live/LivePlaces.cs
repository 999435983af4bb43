namespace Smtpd.Web.Live;

/// <summary>
/// Places for live connections. One user gets a quarter of them: a program gone wrong, or somebody who means ill, does not take all
/// others' news away, from however many addresses he comes.
/// </summary>
/// <param name="most">In all.</param>
internal sealed class LivePlaces(int most)
{
    private readonly int _mostOfUser = Math.Max(1, most / 4);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _byUser = new(StringComparer.Ordinal);
    private int _taken;

    /// <param name="user">Null for somebody who needs no sign-in; all of these are one to us, and may take all.</param>
    public bool TryTake(string? user)
    {
        lock (_lock)
        {
            if (_taken >= most) return false;
            int count = user is null ? 0 : _byUser.GetValueOrDefault(user);
            if (user is not null && count >= _mostOfUser) return false;
            if (user is not null) _byUser[user] = count + 1;
            _taken++;
            return true;
        }
    }

    public void GiveBack(string? user)
    {
        lock (_lock)
        {
            _taken--;
            if (user is null) return;
            int count = _byUser[user] - 1;
            if (count == 0) _byUser.Remove(user);
            else _byUser[user] = count;
        }
    }
}
