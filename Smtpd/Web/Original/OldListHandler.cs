using System.Globalization;
using Smtpd.Storage;

namespace Smtpd.Web.Original;

/// <summary><c>/mails</c> and <c>/mails/{page}</c>: the original's list leads to the same place in the page's.</summary>
internal sealed class OldListHandler(IMailStore store, string basePath) : IHandler
{
    /// <summary>The original's pages were so long.</summary>
    private const int PageLength = 25;

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (id.Length == 0) return Redirect.To(302, $"{basePath}/");
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int page) || page < 1) return BytesAnswer.Error(404, "There is no such page.");
        long start = (page - 1L) * PageLength;
        if (page > 1 && (await store.ListAsync(request.Visitor.Scope, 0, null, 1, cancellation)).Total <= start) return BytesAnswer.Error(404, "There is no such page.");
        return Redirect.To(302, $"{basePath}/#/from/{start}");
    }
}
