using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Smtpd.Storage;

namespace Smtpd.Policy;

/// <summary>
/// Whether a message matches <c>smtp.spam.regex</c>: its source as it was sent, header first, or its decoded subject. The time
/// this takes grows with the text alone; how much text is looked at is bounded.
/// </summary>
internal sealed class SpamFilter(Regex pattern)
{
    /// <summary>Octets of the source that are looked at: the header and what a reader sees first, in some milliseconds.</summary>
    public const int MostOctets = 256 * 1024;

    /// <summary>Looks at the message on a thread of the pool, for no socket may wait for it.</summary>
    /// <param name="start">Where the message begins behind the trace lines.</param>
    public Task<bool> MatchesAsync(MessageBody body, long start, string subject) => Task.Run(() => Matches(body, start, subject));

    private bool Matches(MessageBody body, long start, string subject)
    {
        if (pattern.IsMatch(subject)) return true;
        byte[] octets = ArrayPool<byte>.Shared.Rent((int)Math.Min(MostOctets, body.Length - start));
        try
        {
            int count = body.Read(start, octets.AsSpan(0, (int)Math.Min(MostOctets, body.Length - start)));
            return pattern.IsMatch(Encoding.UTF8.GetString(octets, 0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(octets);
        }
    }
}
