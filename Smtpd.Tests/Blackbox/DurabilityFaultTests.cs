using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>A disk that fails or is full means a temporary refusal, loses nothing that was acknowledged, and is got over.</summary>
public sealed class DurabilityFaultTests : FreshFixture
{
    [TestCase(Faults.SyncFails, 451, "4.3.0")]
    [TestCase(Faults.DiskFull, 452, "4.3.1")]
    public async Task Trouble_with_the_disk_is_a_temporary_refusal_that_loses_nothing_and_passes(string fault, int code, string enhanced)
    {
        Faults faults = await Faults.PrepareAsync(Folder, Configuration);
        var sent = new List<BulkMail>();
        var acknowledged = new Dictionary<int, string>();
        IReadOnlyList<byte[]> contents = BulkMail.Mixed();
        await using (SmtpdProcess server = await SmtpdProcess.StartAsync(Configuration, environment: faults.Environment))
        {
            for (int round = 0; round < 3; round++)
            {
                await DeliverAsync(200, load => Assert.That(load.Refused, Is.Empty));

                faults.Begin(fault);
                int happened = faults.Happened(fault);
                await DeliverAsync(60, load =>
                {
                    Assert.That(load.Acknowledged, Is.Empty);
                    Assert.That(load.Refused.Values.Select(reply => (reply.Code, reply.Enhanced)), Is.All.EqualTo((code, enhanced)));
                });
                Assert.That(faults.Happened(fault), Is.GreaterThan(happened), "the fault was met");
                using (HttpResponseMessage alive = await server.Api.GetAsync("livez")) Assert.That((int)alive.StatusCode, Is.EqualTo(200));
                faults.End(fault);

                await Eventually.HoldsAsync(TakesMailAsync, "mail is taken again");
                await Eventually.HoldsAsync(async () =>
                {
                    using HttpResponseMessage ready = await server.Api.GetAsync("readyz");
                    return ready.IsSuccessStatusCode;
                }, "the server says that it is ready");
            }
            await DeliverAsync(200, load => Assert.That(load.Refused, Is.Empty));
            await StoreAudit.ExpectAsync(server.Api, sent, acknowledged, othersMayBeThere: true);

            // A crash straight after a failure is the worst that can happen.
            faults.Begin(fault);
            await DeliverAsync(60, load => Assert.That(load.Acknowledged, Is.Empty));
            await server.KillAsync();
        }
        await using SmtpdProcess recovered = await StartAsync();
        await StoreAudit.ExpectAsync(recovered.Api, sent, acknowledged, othersMayBeThere: true);
        await recovered.StopAsync();

        async Task DeliverAsync(int count, Action<BulkLoad> check)
        {
            IReadOnlyList<BulkMail> mails = BulkMail.RoundRobin(contents, count, sent.Count + 1);
            sent.AddRange(mails);
            var load = new BulkLoad(mails);
            await load.SendAsync(Configuration.SmtpPort, 10);
            Assert.That(load.Broken, Is.Empty, "no session ends because of the disk");
            foreach ((int serial, string id) in load.Acknowledged) acknowledged.Add(serial, id);
            check(load);
        }

        async Task<bool> TakesMailAsync()
        {
            bool taken = false;
            await DeliverAsync(1, load => taken = load.Acknowledged.Count == 1);
            return taken;
        }
    }
}
