namespace Smtpd.Web.Delivery;

/// <summary>What a client wants to hold before it is given something.</summary>
internal enum Precondition { Holds, Failed, NotModified }

/// <summary>Conditional requests, in the order of RFC 9110 §13.2.2.</summary>
internal static class Preconditions
{
    public static Precondition Judge(HttpRequest request, Answer answer)
    {
        DateTimeOffset? modified = answer.LastModified is { } date ? HttpDate.ToSecond(date) : null;
        if (request.Fields["If-Match"] is { } match)
        {
            if (!EntityTags.Names(match, answer.EntityTag!, strongly: true)) return Precondition.Failed;
        }
        else if (HttpDate.Read(request.Fields["If-Unmodified-Since"]) is { } unmodifiedSince && modified > unmodifiedSince) return Precondition.Failed;

        if (request.Fields["If-None-Match"] is { } noneMatch)
            return EntityTags.Names(noneMatch, answer.EntityTag!, strongly: false) ? Precondition.NotModified : Precondition.Holds;
        return HttpDate.Read(request.Fields["If-Modified-Since"]) is { } modifiedSince && modified <= modifiedSince ? Precondition.NotModified : Precondition.Holds;
    }

    /// <summary>True when a Range field counts: without If-Range, or when the client's part is of what there is now (§13.1.5).</summary>
    public static bool RangeCounts(HttpRequest request, Answer answer)
    {
        if (request.Fields["If-Range"] is not { } condition) return true;
        return condition.StartsWith('"')
            ? EntityTags.Names(condition, answer.EntityTag!, strongly: true)
            : HttpDate.Read(condition) is { } date && answer.LastModified is { } modified && HttpDate.ToSecond(modified) == date;
    }
}
