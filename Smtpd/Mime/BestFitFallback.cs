using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// Octets that are a second way to write a letter (in Shift_JIS the letters that NEC chose of IBM's) are read by the library only
/// when it may guess. Here it may; at worst they become U+FFFD.
/// </summary>
/// <param name="guessing">An encoding as the library has it by default.</param>
internal sealed class BestFitFallback(Encoding guessing) : DecoderFallback
{
    public override int MaxCharCount => 2;

    public override DecoderFallbackBuffer CreateFallbackBuffer() => new Buffer(guessing);

    private sealed class Buffer(Encoding guessing) : DecoderFallbackBuffer
    {
        private string _text = "";
        private int _given;

        public override int Remaining => _text.Length - _given;

        public override bool Fallback(byte[] bytesUnknown, int index)
        {
            string text = bytesUnknown.Length is 1 or 2 ? guessing.GetString(bytesUnknown) : "";
            // A question mark, the dot that is Japanese for it, or a letter of nobody's is as good as nothing.
            _text = text.Length == 1 && text[0] is >= '\u0080' and not '\u30FB' and (< '\uE000' or > '\uF8FF') ? text : "\uFFFD";
            _given = 0;
            return true;
        }

        public override char GetNextChar() => _given < _text.Length ? _text[_given++] : '\0';

        public override bool MovePrevious()
        {
            if (_given == 0) return false;
            _given--;
            return true;
        }

        public override void Reset() => (_text, _given) = ("", 0);
    }
}
