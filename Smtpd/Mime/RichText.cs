using System.Globalization;
using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// What can be read of the Rich Text Format as Outlook packs it: the page that it was made of (MS-OXRTFEX §2.1), else its plain
/// text. Fonts, colours, pictures and all that a reader is told to pass over are passed over.
/// </summary>
internal static class RichText
{
    /// <param name="rtf">Its octets as letters of the same numbers, or decoded in any way that leaves ASCII alone.</param>
    public static (string Text, bool IsHtml) Of(string rtf)
    {
        bool isHtml = rtf.AsSpan(0, Math.Min(rtf.Length, 2048)).Contains("\\fromhtml", StringComparison.Ordinal);
        var reader = new RichTextReader(rtf, isHtml);
        return (WholeLetters.Of(reader.Read()), isHtml);
    }
}

/// <summary>One pass over groups, control words and letters.</summary>
internal sealed class RichTextReader(string rtf, bool isHtml)
{
    /// <summary>Groups inside each other.</summary>
    private const int MostDepth = 200;

    private readonly StringBuilder _text = new();
    private readonly Stack<State> _groups = new();
    private readonly List<byte> _octets = [];
    private Encoding _encoding = Charsets.Western;
    private State _state;
    private int _position;
    private int _tooDeep;
    private char _half;

    /// <summary>Letters behind <c>\u</c> for readers that know no Unicode.</summary>
    private int _substitutes;

    /// <summary>What holds within a group and ends with it.</summary>
    private record struct State(bool IsHidden, bool IsMarkup, bool IsRtfOnly, int Substitutes);

    public string Read()
    {
        _state = new State(IsHidden: false, IsMarkup: false, IsRtfOnly: false, Substitutes: 1);
        while (_position < rtf.Length)
        {
            char letter = rtf[_position++];
            if (letter == '\\') TakeControl();
            else if (letter == '{') Open();
            else if (letter == '}') Close();
            else if (letter is not ('\r' or '\n' or '\0')) Put(letter);
        }
        FlushOctets();
        return _text.ToString();
    }

    private void Open()
    {
        FlushOctets();
        if (_groups.Count == MostDepth) _tooDeep++;
        else _groups.Push(_state);
    }

    private void Close()
    {
        FlushOctets();
        _substitutes = 0;
        if (_tooDeep > 0) _tooDeep--;
        else if (_groups.TryPop(out State outer)) _state = outer;
    }

    private void TakeControl()
    {
        if (_position == rtf.Length) return;
        char letter = rtf[_position];
        if (char.IsAsciiLetter(letter))
        {
            TakeWord();
            return;
        }
        _position++;
        switch (letter)
        {
            case '\'':
                if (_position + 2 <= rtf.Length && byte.TryParse(rtf.AsSpan(_position, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte octet))
                {
                    _position += 2;
                    PutOctet(octet);
                }
                break;
            case '*': _state.IsHidden |= !FollowsMarkup(); break;
            case '~': Put('\u00A0'); break;
            case '_': Put('-'); break;
            case '\r' or '\n': Put('\n'); break;
            case '\\' or '{' or '}': Put(letter); break;
        }
    }

    /// <summary><c>{\*\htmltag64 …}</c> holds a piece of the page; every other such group is for others.</summary>
    private bool FollowsMarkup() => isHtml && rtf.AsSpan(_position).StartsWith("\\htmltag");

    private void TakeWord()
    {
        int start = _position;
        while (_position < rtf.Length && char.IsAsciiLetter(rtf[_position])) _position++;
        ReadOnlySpan<char> word = rtf.AsSpan(start, Math.Min(_position - start, 32));
        int digits = _position;
        if (_position < rtf.Length && rtf[_position] == '-') _position++;
        while (_position < rtf.Length && char.IsAsciiDigit(rtf[_position])) _position++;
        bool hasNumber = int.TryParse(rtf.AsSpan(digits, _position - digits), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number);
        if (!hasNumber) number = 1;
        if (_position < rtf.Length && rtf[_position] == ' ') _position++;
        Do(word, number, hasNumber);
    }

    private void Do(ReadOnlySpan<char> word, int number, bool hasNumber)
    {
        switch (word)
        {
            case "fonttbl" or "colortbl" or "stylesheet" or "info" or "pict" or "object" or "header" or "footer" or "generator": _state.IsHidden = true; break;
            case "htmltag": _state.IsMarkup = true; break;
            case "htmlrtf": _state.IsRtfOnly = !hasNumber || number != 0; break;
            case "ansicpg": _encoding = CodePages.Find(number) ?? _encoding; break;
            case "uc": _state.Substitutes = Math.Clamp(number, 0, 8); break;
            case "u":
                FlushOctets();
                PutUnicode((char)(ushort)number);
                _substitutes = _state.Substitutes;
                break;
            case "par" or "line": Put('\n'); break;
            case "tab": Put('\t'); break;
            case "lquote": Put('\u2018'); break;
            case "rquote": Put('\u2019'); break;
            case "ldblquote": Put('\u201C'); break;
            case "rdblquote": Put('\u201D'); break;
            case "bullet": Put('\u2022'); break;
            case "endash": Put('\u2013'); break;
            case "emdash": Put('\u2014'); break;
        }
    }

    private void Put(char letter)
    {
        FlushOctets();
        if (_substitutes > 0) _substitutes--;
        else PutRaw(letter);
    }

    /// <summary>Letters beyond the first plane come in two halves; half a letter alone is none.</summary>
    private void PutUnicode(char letter)
    {
        if (char.IsHighSurrogate(letter)) _half = letter;
        else if (!char.IsLowSurrogate(letter)) PutRaw(letter);
        else if (_half != 0)
        {
            PutRaw(_half);
            PutRaw(letter);
        }
        if (!char.IsHighSurrogate(letter)) _half = '\0';
    }

    private void PutRaw(char letter)
    {
        if (!_state.IsHidden && !_state.IsRtfOnly) _text.Append(letter);
    }

    /// <summary>Octets are gathered, because two of them may be one letter.</summary>
    private void PutOctet(byte octet)
    {
        if (_substitutes > 0) _substitutes--;
        else if (!_state.IsHidden && !_state.IsRtfOnly) _octets.Add(octet);
    }

    private void FlushOctets()
    {
        if (_octets.Count == 0) return;
        _text.Append(_encoding.GetString([.. _octets]));
        _octets.Clear();
    }
}
