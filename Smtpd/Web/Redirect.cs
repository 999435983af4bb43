namespace Smtpd.Web;

/// <summary>Answers that send a browser elsewhere on this server.</summary>
internal static class Redirect
{
    /// <param name="status">302 for another address of the same thing, 303 for what to look at after a change (RFC 9110 §15.4).</param>
    /// <param name="location">A path made of the base path, our own words and ids.</param>
    public static Answer To(int status, string location) => BytesAnswer.Of(status, "text/plain; charset=utf-8", [], new Network.HttpHeadField("Location", location));
}
