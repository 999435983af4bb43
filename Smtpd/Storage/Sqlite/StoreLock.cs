using System.Globalization;

namespace Smtpd.Storage.Sqlite;

/// <summary>Keeps a second process away from a store. The lock is the kernel's and goes with the process, however it ends.</summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    /// <exception cref="StoreException">Another process has the store, or the lock file cannot be made.</exception>
    public StoreLock(string path)
    {
        string lockPath = path + ".lock";
        try
        {
            _file = new FileStream(lockPath, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"{lockPath}: cannot be opened: {failure.Message}", cause: failure);
        }
        try
        {
            // A record lock (fcntl) rather than the share mode: the second process can still read who holds it.
            _file.Lock(0, 1);
        }
        catch (IOException taken)
        {
            string owner = ReadOwner();
            _file.Dispose();
            throw new StoreException($"{path}: in use by another smtpd, process {owner}; stop that one, or choose another datastore.path", cause: taken) { IsTaken = true };
        }
        _file.SetLength(0);
        _file.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
        _file.Flush();
    }

    private string ReadOwner()
    {
        using var reader = new StreamReader(_file, leaveOpen: true);
        string owner = reader.ReadToEnd().Trim();
        return owner.Length > 0 ? owner : "unknown";
    }

    public void Dispose() => _file.Dispose();
}
