using System.Net;

namespace Smtpd.Web;

/// <summary>What the web needs to know of the rest of the program.</summary>
/// <param name="ListenersUp">True when every configured listener of the program accepts; asked by <c>/readyz</c>.</param>
/// <param name="PlainSmtp">Where SMTP listens without implicit TLS, null while or where it does not; told to nginx.</param>
/// <param name="KeepsMail">False when mail is announced and thrown away (<c>smtp.store.messages</c>).</param>
internal sealed record WebSurroundings(Func<bool> ListenersUp, Func<IPEndPoint?> PlainSmtp, bool KeepsMail);
