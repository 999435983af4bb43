using System.Collections.Concurrent;
using System.Net.Sockets;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>
/// Sends many messages over many connections and remembers what became of each. A connection that breaks is no failure here:
/// servers are killed in the middle of this.
/// </summary>
internal sealed class BulkLoad(IReadOnlyList<BulkMail> mails, params string[] recipients)
{
    private readonly ConcurrentDictionary<int, string> _acknowledged = new();
    private readonly ConcurrentDictionary<int, SmtpReply> _refused = new();
    private readonly ConcurrentQueue<string> _broken = new();

    /// <summary>The messages that were answered <c>250 … queued as</c>: number and id.</summary>
    public IReadOnlyDictionary<int, string> Acknowledged => _acknowledged;

    /// <summary>The messages that were answered with anything else at any step, with the first such answer.</summary>
    public IReadOnlyDictionary<int, SmtpReply> Refused => _refused;

    /// <summary>Why connections ended before they should, one line for each.</summary>
    public IReadOnlyCollection<string> Broken => _broken;

    /// <summary>Sends until no message is left or every connection is broken. Each connection has its own share.</summary>
    public Task SendAsync(int port, int connections) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(first => Task.Run(() => SendShareAsync(port, first, connections))));

    private async Task SendShareAsync(int port, int first, int step)
    {
        try
        {
            await using SmtpDialogue dialogue = await SmtpDialogue.ConnectAsync(port);
            if (dialogue.Greeting.Code != 220 || (await dialogue.SayAsync("EHLO load.test")).Code != 250) throw new AssertionException($"not served: {dialogue.Greeting}");
            string tail = string.Concat((recipients is [] ? ["alice@local.test"] : recipients).Select(one => $"RCPT TO:<{one}>\r\n")) + "DATA\r\n";
            int before = Math.Max(recipients.Length, 1) + 1;
            for (int i = first; i < mails.Count; i += step)
            {
                await dialogue.SendAsync($"MAIL FROM:<{mails[i].Sender}> BODY=8BITMIME\r\n" + tail);
                SmtpReply? refusal = null;
                for (int reply = 0; reply < before; reply++)
                    if (await dialogue.ReadAsync() is { Code: not 250 } other) refusal ??= other;
                SmtpReply end = await dialogue.ReadAsync();
                if (end.Code == 354)
                {
                    await dialogue.SendAsync(mails[i].Wire);
                    end = await dialogue.ReadAsync();
                }
                if (refusal is not null) _refused[mails[i].Serial] = refusal;
                else if (end.QueuedAs is { } id) _acknowledged[mails[i].Serial] = id;
                else _refused[mails[i].Serial] = end;
            }
            await dialogue.SayAsync("QUIT");
        }
        catch (SocketException e)
        {
            _broken.Enqueue(e.Message);
        }
    }
}
