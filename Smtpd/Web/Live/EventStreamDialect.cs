using System.Text;
using Smtpd.Storage;

namespace Smtpd.Web.Live;

/// <summary>
/// The same events as lines of an event stream (HTML §9.2.5). JSON has no line ends of its own, so the whole of an event is one line
/// of data.
/// </summary>
internal sealed class EventStreamDialect(EventsDialect events) : ILiveDialect
{
    public byte[]? Render(MailEvent news, string place) => events.Render(news, place) is { } text ? Frame(EventsDialect.NameOf(news.Kind), text, place) : null;

    public byte[]? RenderCounts(long total, long unread, string place) => Frame(EventsDialect.Stats, events.RenderCounts(total, unread, place), place);

    private static byte[] Frame(string name, byte[] text, string place) => [.. Encoding.ASCII.GetBytes($"id: {place}\nevent: {name}\ndata: "), .. text, .. "\n\n"u8];
}
