using System.Globalization;
using System.Text;
using Smtpd.Storage;

namespace Smtpd.Web.Live;

/// <summary>What the original told its pages: that a mail came, and nothing else.</summary>
/// <param name="keepsMail">False when mail is announced and thrown away: then a time stands where the id would be.</param>
internal sealed class IncusDialect(bool keepsMail, TimeProvider clock) : ILiveDialect
{
    public byte[]? Render(MailEvent news, string place)
    {
        if (news.Kind != MailEventKind.New) return null;
        long now = clock.GetUtcNow().ToUnixTimeSeconds();
        string mail = keepsMail ? $"\"{news.Id}\"" : now.ToString(CultureInfo.InvariantCulture);
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"event":"NewMail","data":{"mail":{{mail}}},"time":{{now}}}"""));
    }

    public byte[]? RenderCounts(long total, long unread, string place) => null;
}
