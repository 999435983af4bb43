using System.Text.Json.Serialization;

namespace Smtpd.Web.Api;

/// <summary>Answer of <c>GET /api/v1/webui</c>: what Mailpit has, none of which is here, and below that what is.</summary>
/// <param name="User">Who signed in; empty for nobody.</param>
/// <param name="Superuser">True for who may see and change everything.</param>
/// <param name="KeepsMail">False where mail is announced and thrown away.</param>
/// <param name="Blocks">True where there are block lists.</param>
/// <param name="MaxMessageSize">Octets of one message; 0 where nothing can be sent.</param>
/// <param name="Greeting">True where <c>/greeting</c> has something to show.</param>
internal sealed record WebUiAnswer(
    string Label,
    MessageRelayAnswer MessageRelay,
    bool SpamAssassin,
    bool ChaosEnabled,
    bool DuplicatesIgnored,
    bool HideDeleteAllButton,
    string Version,
    string User,
    bool Superuser,
    bool KeepsMail,
    bool Blocks,
    long MaxMessageSize,
    bool Greeting)
{
    public static WebUiAnswer Of(Visitor visitor, WebSurroundings surroundings) => new(
        "",
        new MessageRelayAnswer(),
        SpamAssassin: false,
        ChaosEnabled: false,
        DuplicatesIgnored: false,
        HideDeleteAllButton: false,
        ProgramVersion.Number,
        visitor.Name ?? "",
        visitor.IsSuperuser,
        surroundings.KeepsMail,
        surroundings.Blocks is not null,
        surroundings.Sending?.Settings.MaxMessageBytes ?? 0,
        surroundings.IsGreeting());
}

/// <summary>Smtpd sends nothing anywhere.</summary>
internal sealed record MessageRelayAnswer(
    bool Enabled = false,
    [property: JsonPropertyName("SMTPServer")] string SmtpServer = "",
    string ReturnPath = "",
    string AllowedRecipients = "",
    string BlockedRecipients = "",
    string OverrideFrom = "",
    [property: JsonPropertyName("PreserveMessageIDs")] bool PreserveMessageIds = false,
    string RecipientAllowlist = "");
