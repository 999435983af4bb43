using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>A process that is killed in the middle of a load has lost nothing that it acknowledged.</summary>
public sealed class DurabilityCrashTests : FreshFixture
{
    private const int Connections = 50;

    [Test]
    public Task Every_acknowledged_message_survives_ten_crashes_once() => CrashAsync(crashes: 10, untilAcknowledged: 250);

    [Test, Category("Torture")]
    public Task Every_acknowledged_message_survives_a_hundred_crashes_once() => CrashAsync(crashes: 100, untilAcknowledged: 600);

    /// <param name="crashes">How often the server is killed and started again on the same store.</param>
    /// <param name="untilAcknowledged">About how many messages it takes before each crash.</param>
    private async Task CrashAsync(int crashes, int untilAcknowledged)
    {
        IReadOnlyList<byte[]> contents = BulkMail.Mixed();
        var sent = new List<BulkMail>();
        var acknowledged = new Dictionary<int, string>();
        for (int crash = 0; crash < crashes; crash++)
        {
            // More than will be taken before the crash, so that it comes in the middle.
            IReadOnlyList<BulkMail> mails = BulkMail.RoundRobin(contents, untilAcknowledged * 20, firstSerial: sent.Count + 1);
            var load = new BulkLoad(mails);
            int enough = untilAcknowledged + (crash * 37 % untilAcknowledged);
            await using (SmtpdProcess server = await StartAsync())
            {
                Task sending = load.SendAsync(Configuration.SmtpPort, Connections);
                await Eventually.HoldsAsync(() => load.Acknowledged.Count >= enough || sending.IsCompleted, $"{enough} acknowledgements", TimeSpan.FromMinutes(1));
                await server.KillAsync();
                await sending;
            }
            Assert.That(load.Refused, Is.Empty);
            Assert.That(load.Broken, Has.Count.EqualTo(Connections), "the crash came in the middle of the load");
            sent.AddRange(mails);
            foreach ((int serial, string id) in load.Acknowledged) acknowledged.Add(serial, id);
        }
        await using SmtpdProcess last = await StartAsync();
        await StoreAudit.ExpectAsync(last.Api, sent, acknowledged, othersMayBeThere: true);
        await last.StopAsync();
    }
}
