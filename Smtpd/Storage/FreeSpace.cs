using Smtpd.Operations;

namespace Smtpd.Storage;

/// <summary>Looks up once a second how much room the file system of a folder has, and offers it to mail.</summary>
internal sealed class FreeSpace : IAsyncDisposable
{
    /// <summary>What a message may need on disk while it is stored: its temporary file, the log, the file itself.</summary>
    private const int CopiesOnDisk = 3;

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly string _folder;
    private readonly long _minFreeBytes;
    private readonly StoreSpace _space;
    private readonly Log _log;
    private readonly Timer _timer;
    private volatile bool _isUnknown;

    /// <param name="minFreeBytes">Octets that mail leaves free.</param>
    public FreeSpace(string folder, long minFreeBytes, StoreSpace space, Log log)
    {
        _folder = folder;
        _minFreeBytes = minFreeBytes;
        _space = space;
        _log = log;
        Measure();
        _timer = new Timer(static room => ((FreeSpace)room!).Measure(), this, _interval, _interval);
    }

    private void Measure()
    {
        try
        {
            long free = new DriveInfo(_folder).AvailableFreeSpace;
            _space.Offer((free - _minFreeBytes) / CopiesOnDisk, free);
            _isUnknown = false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Once when it begins, not every second.
            if (!_isUnknown) _log.Warn($"store: cannot tell the free space of {_folder}: {failure.Message}");
            _isUnknown = true;
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();
}
