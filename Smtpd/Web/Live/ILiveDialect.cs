using Smtpd.Storage;

namespace Smtpd.Web.Live;

/// <summary>How a live connection words what happened.</summary>
internal interface ILiveDialect
{
    /// <summary>The text of one event in UTF-8, or null when this dialect has no word for it.</summary>
    /// <param name="news">As those who hear it may know it.</param>
    /// <param name="place">Where in the row of events it stands; see <see cref="LiveHub.Place"/>.</param>
    byte[]? Render(MailEvent news, string place);

    /// <summary>The counts, or null when this dialect does not tell them.</summary>
    byte[]? RenderCounts(long total, long unread, string place);
}
