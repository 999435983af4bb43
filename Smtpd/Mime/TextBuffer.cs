using System.Buffers;

namespace Smtpd.Mime;

/// <summary>Text that grows: first in memory that the caller lends, then in pooled memory.</summary>
internal ref struct TextBuffer : IDisposable
{
    private Span<char> _letters;
    private char[]? _rented;

    public TextBuffer(Span<char> first) => _letters = first;

    public int Length { get; private set; }

    public void Append(char letter)
    {
        GetSpan(1)[0] = letter;
        Length++;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        text.CopyTo(GetSpan(text.Length));
        Length += text.Length;
    }

    /// <summary>Room behind the text; what is written there counts once <see cref="Advance"/> says so.</summary>
    public Span<char> GetSpan(int letters)
    {
        if (_letters.Length - Length < letters) Grow(Length + letters);
        return _letters[Length..];
    }

    public void Advance(int letters) => Length += letters;

    private void Grow(int letters)
    {
        char[] larger = ArrayPool<char>.Shared.Rent(Math.Max(letters, 2 * _letters.Length));
        _letters[..Length].CopyTo(larger);
        if (_rented is not null) ArrayPool<char>.Shared.Return(_rented);
        _letters = _rented = larger;
    }

    public override readonly string ToString() => new(_letters[..Length]);

    public void Dispose()
    {
        if (_rented is not null) ArrayPool<char>.Shared.Return(_rented);
        this = default;
    }
}
