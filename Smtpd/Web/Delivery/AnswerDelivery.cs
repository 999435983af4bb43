using System.Globalization;
using Smtpd.Network;

namespace Smtpd.Web.Delivery;

/// <summary>
/// Makes of a handler's answer what one client gets: what it has already is not sent again, a piece where it asks for one, compressed
/// where it understands that (RFC 9110 §12.5.3, §13, §14). Only answers to GET and HEAD that are a success are touched.
/// </summary>
/// <param name="compresses">False to send everything as it is (<c>web.compression</c>).</param>
internal sealed class AnswerDelivery(bool compresses)
{
    public Answer To(HttpRequest request, Answer answer)
    {
        if (answer.Status != 200 || request.Method is not ("GET" or "HEAD")) return answer;
        // Tags that nobody has been given cannot be asked for; ranges of what changes all the time are of no use.
        bool isStable = answer.EntityTag is not null;
        if (isStable)
        {
            switch (Preconditions.Judge(request, answer))
            {
                case Precondition.Failed: return Instead(answer, BytesAnswer.Error(412, "The message or file is not the one that the request expects (If-Match, If-Unmodified-Since)."));
                case Precondition.NotModified: return new DeliveredAnswer(answer, 304, 0) { Fields = Fields(answer, isWeak: IsCoded(request, answer)) };
            }
            // HEAD knows no ranges (§14.2), and neither do coded answers: a range counts octets of what is sent.
            if (!request.IsHead && answer is { HasPieces: true, Length: { } length } && Preconditions.RangeCounts(request, answer)
                && ByteRange.TryRead(request.Fields["Range"], length, out ByteRange? piece)) return Piece(answer, length, piece);
        }
        ContentCoding? coding = CodingFor(request, answer);
        if (coding is null) return Instead(answer, BytesAnswer.Error(406, "Accept-Encoding allows neither identity nor gzip."));
        bool isCoded = coding != ContentCoding.Identity;
        if (!isCoded && !isStable && !Compression.IsText(answer.ContentType)) return answer;
        HttpHeadField[] more = isCoded ? [new("Content-Encoding", "gzip")] : isStable && answer.HasPieces ? [new("Accept-Ranges", "bytes")] : [];
        return new DeliveredAnswer(answer, 200, isCoded ? null : answer.Length) { Coding = coding.Value, Fields = [.. Fields(answer, isCoded), .. more] };
    }

    private static Answer Piece(Answer answer, long length, ByteRange? piece)
    {
        if (piece is not { } range)
            return Instead(answer, BytesAnswer.Error(416, "The range lies behind the end.", new HttpHeadField("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{length}"))));
        return new DeliveredAnswer(answer, 206, range.Count)
        {
            Range = range,
            Fields = [.. Fields(answer, isWeak: false), new("Accept-Ranges", "bytes"), new("Content-Range", range.Describe(length))],
        };
    }

    private ContentCoding? CodingFor(HttpRequest request, Answer answer)
    {
        if (!compresses || !answer.MayBeCompressed) return ContentCoding.Identity;
        return ContentCodings.Choose(request.Fields["Accept-Encoding"], Compression.IsText(answer.ContentType) && Compression.IsWorthIt(answer));
    }

    private bool IsCoded(HttpRequest request, Answer answer) => CodingFor(request, answer) is ContentCoding.Gzip;

    /// <summary>
    /// The answer's own fields with its validators. 304 has all of them too: a cache takes them over, the content security policy
    /// among them (RFC 9111 §3.2). A coded body is the same only in meaning, so its tag is weak.
    /// </summary>
    private static List<HttpHeadField> Fields(Answer answer, bool isWeak)
    {
        List<HttpHeadField> fields = [.. answer.Fields];
        if (answer.EntityTag is { } tag) fields.Add(new HttpHeadField("ETag", $"{(isWeak ? "W/" : "")}\"{tag}\""));
        if (answer.LastModified is { } modified) fields.Add(new HttpHeadField("Last-Modified", HttpDate.Write(modified)));
        if (answer.MayBeCompressed && Compression.IsText(answer.ContentType)) fields.Add(new HttpHeadField("Vary", "Accept-Encoding"));
        return fields;
    }

    /// <summary>Lets the answer go that is not given.</summary>
    private static ReplacedAnswer Instead(Answer answer, BytesAnswer error) => new(answer, error);
}
