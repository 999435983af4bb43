using System.Text;
using System.Text.Json;

namespace Smtpd.Configuration;

/// <summary>What both dialects that are written in JSON (RFC 8259) have in common: comments and trailing commas are welcome.</summary>
internal static class JsonText
{
    public static readonly JsonReaderOptions Relaxed = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The text of a value that is neither list, object nor null; numbers as they are written.</summary>
    public static string? Scalar(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.String => json.GetString(),
        JsonTokenType.Number => Encoding.UTF8.GetString(json.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => null,
    };

    /// <summary>Notes where the text stopped to be JSON.</summary>
    public static void Fail(JsonException failure, RawConfiguration into)
    {
        string why = Sentence(failure.Message);
        bool behindEnd = why.Contains("single JSON value", StringComparison.Ordinal);
        into.Fail((int)(failure.LineNumber ?? 0) + 1, behindEnd ? Problems.TextBehindEnd : Problems.Syntax(why));
    }

    /// <summary>Notes half of a surrogate pair, written as \u escape, which is found only when the text is taken.</summary>
    public static void Fail(InvalidOperationException failure, int line, RawConfiguration into) => into.Fail(line, Problems.Syntax(Sentence(failure.Message)));

    /// <summary>The library's message without the position that it appends; the line is said in front.</summary>
    private static string Sentence(string message)
    {
        int position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (position < 0 ? message : message[..position]).TrimEnd('.', ' ');
    }

    /// <summary>Counts lines up to a place; places are asked for in rising order, so that the text is walked once.</summary>
    public struct LineCounter
    {
        private int _line;
        private int _position;

        public int At(ReadOnlySpan<byte> text, long position)
        {
            _line += text[_position..(int)position].Count((byte)'\n');
            _position = (int)position;
            return _line + 1;
        }
    }
}
