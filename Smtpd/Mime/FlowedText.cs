using System.Text;

namespace Smtpd.Mime;

/// <summary>Text with <c>format=flowed</c> as it is to be read (RFC 3676): lines that end in a blank go on in the next one.</summary>
internal static class FlowedText
{
    /// <param name="deletesSpace">The parameter <c>DelSp=yes</c>: the blank at the end of a line is none of the text's.</param>
    public static string Of(string text, bool deletesSpace)
    {
        var result = new StringBuilder(text.Length);
        bool goesOn = false, isFirst = true;
        int depth = 0;
        foreach (ReadOnlySpan<char> ended in new MailLines(text))
        {
            ReadOnlySpan<char> line = ended;
            int quotes = line.IndexOfAnyExcept('>');
            if (quotes < 0) quotes = line.Length;
            line = line[quotes..];
            // A blank was put before what would look like a quotation (§4.4).
            if (line.StartsWith(' ')) line = line[1..];
            bool isSignature = line is "-- ";
            bool isJoined = goesOn && quotes == depth && !isSignature;
            if (!isJoined)
            {
                if (!isFirst) result.Append('\n');
                if (quotes > 0) result.Append('>', quotes).Append(' ');
            }
            goesOn = line.EndsWith(' ') && !isSignature;
            result.Append(goesOn && deletesSpace ? line[..^1] : line);
            depth = quotes;
            isFirst = false;
        }
        return result.ToString();
    }
}
