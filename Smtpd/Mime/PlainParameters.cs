using System.Buffers;

namespace Smtpd.Mime;

/// <summary>
/// Walks through a field with parameters that is written as RFC 2045 §5.1 wants it, as nearly all are, without making strings. What
/// is written in any other way, or is divided (RFC 2231), is left to <see cref="Parameters"/>.
/// </summary>
internal ref struct PlainParameters
{
    private static readonly SearchValues<byte> _name = SearchValues.Create("-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> _token =
        SearchValues.Create("!#$%&'*+,-./:<=>?@[]^_`{|}~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>What may stand in quotes: no quote, no backslash, no line end, nothing beyond ASCII.</summary>
    private static readonly SearchValues<byte> _quoted =
        SearchValues.Create(" !#$%&'()*+,-./:;<=>?@[]^_`{|}~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private ReadOnlySpan<byte> _rest;

    /// <param name="value">The field's value, which may be folded.</param>
    /// <param name="head">What stands before the first semicolon.</param>
    public PlainParameters(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> head)
    {
        head = Take(ref value, _token);
        IsPlain = !head.IsEmpty && (value.IsEmpty || value[0] == ';') && !head.Contains((byte)'=');
        _rest = value;
    }

    /// <summary>False once something was found that this does not read.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>Reads the next parameter; false at the end, and where <see cref="IsPlain"/> becomes false.</summary>
    public bool TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (!_rest.IsEmpty && (_rest[0] == ';' || HeaderText.IsBlank(_rest[0]))) _rest = _rest[1..];
        name = value = default;
        if (!IsPlain || _rest.IsEmpty) return false;
        name = Take(ref _rest, _name);
        IsPlain = !name.IsEmpty && _rest.Length > 1 && _rest[0] == '=';
        if (!IsPlain) return false;
        bool isQuoted = _rest[1] == '"';
        _rest = _rest[(isQuoted ? 2 : 1)..];
        value = Take(ref _rest, isQuoted ? _quoted : _token);
        if (isQuoted)
        {
            IsPlain = !_rest.IsEmpty && _rest[0] == '"';
            if (IsPlain) _rest = _rest[1..];
        }
        // White space in front of a semicolon belongs to some values.
        IsPlain &= !value.IsEmpty && (_rest.IsEmpty || _rest[0] == ';');
        return IsPlain;
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest, SearchValues<byte> octets)
    {
        int end = rest.IndexOfAnyExcept(octets);
        ReadOnlySpan<byte> taken = end < 0 ? rest : rest[..end];
        rest = rest[taken.Length..];
        return taken;
    }
}
