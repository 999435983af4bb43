using Smtpd.Storage;

namespace Smtpd.Web.Live;

/// <summary>How a live connection words what happened.</summary>
internal interface ILiveDialect
{
    /// <summary>The text of one event in UTF-8, or null when this dialect has no word for it.</summary>
    byte[]? Render(MailEvent news);

    /// <summary>The counts of the store, or null when this dialect does not tell them.</summary>
    byte[]? RenderCounts(long total, long unread);
}
