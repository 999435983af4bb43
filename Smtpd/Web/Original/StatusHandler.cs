using System.Globalization;
using Smtpd.Mail;
using Smtpd.Policy;
using Smtpd.Storage;

namespace Smtpd.Web.Original;

/// <summary><c>/status</c>: how the program is, in a few lines; a browser is led to the page's own view of it.</summary>
internal sealed class StatusHandler(IMailStore store, PolicyTally tally, TimeProvider clock, string basePath) : IHandler
{
    private readonly long _started = clock.GetTimestamp();

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Fields["Accept"]?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true) return Redirect.To(302, $"{basePath}/#/status");
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

            """));
    }
}
