namespace Smtpd.Web.Html;

/// <summary>A document that can be shown.</summary>
/// <param name="Text">The whole document. Pictures that came with the mail are still named by <c>cid:</c> (<see cref="MailPictures"/>).</param>
/// <param name="Blocked">Places whose picture would have been loaded from another host.</param>
/// <param name="IsWhole">False when the end is missing, because the HTML reached a limit; the document says so.</param>
internal sealed record SanitizedHtml(string Text, int Blocked, bool IsWhole);
