using System.Globalization;
using Smtpd.Mail;
using Smtpd.Policy;
using Smtpd.Storage;

namespace Smtpd.Web.Original;

/// <summary><c>/status</c>: how the program is, in a few lines; a browser is led to the page's own view of it.</summary>
internal sealed class StatusHandler(IMailStore store, WebSurroundings surroundings, TimeProvider clock, string basePath) : IHandler
{
    private readonly long _started = clock.GetTimestamp();

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Fields["Accept"]?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true) return Redirect.To(302, $"{basePath}/#/status");
        PolicyTally tally = surroundings.Tally;
        MessagePage page = await store.ListAsync(request.Visitor.Scope, 0, null, 1, cancellation);
        return BytesAnswer.Text(200, string.Create(CultureInfo.InvariantCulture,
            $"""
            smtpd {ProgramVersion.Number}
            uptime {clock.GetElapsedTime(_started):d\.hh\:mm\:ss}
            messages {page.Total}
            unread {page.Unread}
            store {store.Description}
            store size {store.SizeInBytes}
            store takes mail {(store.Trouble is null ? "yes" : "no")}
            spam {tally.Spam}
            refused by block lists {tally.Blocked}
            refused by limits {tally.Limited}
            {Spool()}
            """));
    }

    /// <summary>Nothing where there is no spool.</summary>
    private string Spool() => surroundings.Spool() is not { } spool ? "" : string.Create(CultureInfo.InvariantCulture,
        $"""
        spool in use {(spool.Since is { } since ? $"since {since:yyyy-MM-dd HH:mm:ss}Z" : "no")}
        spool messages {spool.Messages}
        spool size {spool.Octets} of {spool.MostOctets}
        spool refused messages {spool.Held}
        spool forwarded {spool.Forwarded}
        store behind the spool {(spool.Trouble is null ? "well" : "in trouble, see the log")}

        """);
}
