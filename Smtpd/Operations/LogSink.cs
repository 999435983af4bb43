namespace Smtpd.Operations;

/// <summary>Where the log's lines go. Only the log's own thread calls it, after construction.</summary>
internal abstract class LogSink : IDisposable
{
    /// <summary>True when <see cref="Reopen"/> has a file to open.</summary>
    public abstract bool CanReopen { get; }

    /// <summary>Writes the octets, or as many as can be written.</summary>
    /// <param name="written">How many were written, also when it failed.</param>
    /// <returns>Null when all were written, else why not.</returns>
    public abstract string? Write(ReadOnlySpan<byte> octets, out int written);

    /// <summary>Opens the file by its name again. When that fails the old one stays in use.</summary>
    /// <returns>Null, or why it failed.</returns>
    public abstract string? Reopen();

    public abstract void Dispose();
}
