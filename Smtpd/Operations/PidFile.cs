using System.Globalization;

namespace Smtpd.Operations;

/// <summary>The file that tells watchdogs and scripts the process id. It goes when the server ends, unless another process has taken it over.</summary>
internal sealed class PidFile : IDisposable
{
    private readonly string _path;
    private readonly string _content = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n");

    private PidFile(string path) => _path = Path.GetFullPath(path);

    /// <summary>Writes the file.</summary>
    /// <param name="path">Null or <c>none</c> for no file.</param>
    /// <returns>What removes the file when disposed, or null for no file.</returns>
    /// <exception cref="StartupException">The file cannot be written.</exception>
    public static PidFile? Create(string? path)
    {
        if (path is null or "none") return null;
        try
        {
            var file = new PidFile(path);
            File.WriteAllText(file._path, file._content);
            return file;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new StartupException($"{path}: cannot write the pid file: {failure.Message.TrimEnd('.')}; name another with -pidfile, or none", failure);
        }
    }

    /// <summary>Removes the file if it still holds this process's id; another's, or one that cannot be touched, stays.</summary>
    public void Dispose()
    {
        try
        {
            if (File.Exists(_path) && File.ReadAllText(_path) == _content) File.Delete(_path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The server has ended its work; a file left behind must not turn that into a failure, but is worth a word.
            Console.Error.WriteLine($"smtpd: {_path}: cannot remove the pid file: {failure.Message}");
        }
    }
}
