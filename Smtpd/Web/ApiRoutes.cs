using Smtpd.Operations;
using Smtpd.Storage;
using Smtpd.Web.Description;
using Smtpd.Web.Mailboxes;
using Smtpd.Web.Messages;
using Smtpd.Web.Sending;
using Smtpd.Web.Status;
using Smtpd.Web.Tags;

namespace Smtpd.Web;

/// <summary>The addresses of the REST API, as docs/api.md and the OpenAPI document describe them.</summary>
internal sealed class ApiRoutes(IMailStore store, MailChanges changes, WebSurroundings surroundings, string basePath, Log log)
{
    public IEnumerable<Route> All() =>
    [
        .. MessageRoutes(),
        .. SendRoutes(),
        .. MailpitRoutes(),
        new("api/v1/info", new InfoHandler(store, surroundings.Metrics)),
        new("api/v1/webui", new WebUiHandler(surroundings)),
        .. StatusRoutes(),
        .. DescriptionRoutes(),
    ];

    private IEnumerable<Route> MessageRoutes()
    {
        TimeProvider clock = TimeProvider.System;
        var view = new EnvelopeView(surroundings.MailboxPlus);
        var lists = new MessageLists(store, view);
        yield return new("api/v1/messages", Noted(new MessagesHandler(store, lists)))
        {
            Changes = new Dictionary<string, IHandler> { ["PUT"] = new MarkHandler(store, changes, clock, surroundings.MailboxPlus), ["DELETE"] = new DeleteHandler(store, changes) },
        };
        yield return new("api/v1/search", Noted(new SearchHandler(store, lists, clock, surroundings.MailboxPlus)))
        {
            Changes = new Dictionary<string, IHandler> { ["DELETE"] = new DeleteSearchHandler(store, changes, clock, surroundings.MailboxPlus) },
        };
        yield return new("api/v1/message/*", new MessageHandler(store, changes, view, log));
        yield return new("api/v1/message/*/raw", new RawHandler(store));
        yield return new("api/v1/message/*/headers", new HeadersHandler(store));
        yield return new("api/v1/message/*/parts", new PartsHandler(store));
        yield return new("api/v1/message/*/part/*", new PartHandler(store));
        yield return new("api/v1/message/*/part/*/files", new PartFilesHandler(store));
        yield return new("api/v1/tags", Noted(new TagsHandler(store))) { Changes = new Dictionary<string, IHandler> { ["PUT"] = new SetTagsHandler(store, changes, clock, surroundings.MailboxPlus) } };
        yield return new("api/v1/tags/*", null)
        {
            Changes = new Dictionary<string, IHandler> { ["PUT"] = new RenameTagHandler(changes), ["DELETE"] = new DeleteTagHandler(changes) },
        };
        yield return new("api/v1/mailboxes", Noted(new MailboxesHandler(store)));
        yield return new("api/v1/mailbox/*", Noted(new MailboxHandler(store, lists, surroundings.MailboxPlus)));
    }

    private ListNoteHandler Noted(IHandler list) => new(list, surroundings.Spool);

    private IEnumerable<Route> SendRoutes()
    {
        if (surroundings.Sending is not { } rules) yield break;
        yield return new("api/v1/send", null)
        {
            Changes = new Dictionary<string, IHandler> { ["POST"] = new SendHandler(rules, changes, surroundings.Metrics, surroundings.Tally, log) },
        };
    }

    private IEnumerable<Route> StatusRoutes() =>
    [
        new("api/v1/status", new ServerStatusHandler(store, surroundings)) { NeedsSuperuser = true },
        new("api/v1/status/settings", new SettingsHandler(surroundings.Configuration)) { NeedsSuperuser = true },
        new("api/v1/status/rejections", new RejectionsHandler(surroundings.Metrics.Rejections)) { NeedsSuperuser = true },
    ];

    private IEnumerable<Route> DescriptionRoutes()
    {
        yield return new("api/v1/openapi.json", DescriptionHandler.Document(basePath));
        DescriptionHandler page = DescriptionHandler.Page(basePath);
        yield return new("api/v1/", page);
        yield return new("api/v1", page);
    }

    /// <summary>What clients of Mailpit may ask for and is not here: they are told so, and not that they asked in a wrong way.</summary>
    private static IEnumerable<Route> MailpitRoutes()
    {
        yield return new("api/v1/message/*/part/*/thumb", new AbsentHandler("Smtpd makes no thumbnails; fetch the part itself."));
        yield return new("api/v1/message/*/html-check", new AbsentHandler("Smtpd does not check HTML."));
        yield return new("api/v1/message/*/link-check", new AbsentHandler("Smtpd does not follow links."));
        yield return new("api/v1/message/*/sa-check", new AbsentHandler("Smtpd does not ask SpamAssassin."));
        var release = new AbsentHandler("Smtpd sends nothing anywhere, so no message can be released.");
        yield return new("api/v1/message/*/release", release) { Changes = new Dictionary<string, IHandler> { ["POST"] = release } };
        var chaos = new AbsentHandler("Smtpd makes no errors on purpose.");
        yield return new("api/v1/chaos", chaos) { Changes = new Dictionary<string, IHandler> { ["PUT"] = chaos } };
    }
}
