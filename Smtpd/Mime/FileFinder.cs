namespace Smtpd.Mime;

/// <summary>
/// Looks for files inside a part while its decoded octets pass by, in pieces of any size. Holds a few buffers, whatever comes.
/// </summary>
/// <param name="measures">True to make the checksums of what is found.</param>
internal abstract class FileFinder(bool measures) : IDisposable
{
    /// <summary>Files of one part. More than a person would look through; each costs a line of an answer.</summary>
    public const int MostFiles = 200;

    private readonly List<FoundFile> _files = [];

    public IReadOnlyList<FoundFile> Files => _files;

    /// <summary>What went wrong, in sentences.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>True when there were more than <see cref="MostFiles"/>.</summary>
    public bool AreTooMany { get; private set; }

    public abstract void Push(ReadOnlySpan<byte> octets);

    /// <summary>Ends what is still open. Nothing is pushed afterwards.</summary>
    public abstract void Complete();

    /// <summary>Keeps the file, unless there are too many; false then.</summary>
    protected bool TryAdd(FoundFile file)
    {
        if (_files.Count == MostFiles)
        {
            AreTooMany = true;
            return false;
        }
        if (measures) file.Digest = new PartDigest();
        _files.Add(file);
        return true;
    }

    public virtual void Dispose()
    {
        foreach (FoundFile file in _files) file.Digest?.Dispose();
    }
}
