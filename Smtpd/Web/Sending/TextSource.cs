using System.Text;

namespace Smtpd.Web.Sending;

/// <summary>A text in UTF-8 that is read once.</summary>
internal abstract class TextSource
{
    /// <summary>Fills the target as far as there is text; 0 at the end.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is no JSON string.</exception>
    public abstract int Read(Span<byte> target);

    public static TextSource Of(string text) => new Short(Encoding.UTF8.GetBytes(text));

    private sealed class Short(byte[] octets) : TextSource
    {
        private int _next;

        public override int Read(Span<byte> target)
        {
            int count = Math.Min(target.Length, octets.Length - _next);
            octets.AsSpan(_next, count).CopyTo(target);
            _next += count;
            return count;
        }
    }
}
