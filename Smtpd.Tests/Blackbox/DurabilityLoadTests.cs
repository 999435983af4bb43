using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Real mail over many connections at once comes back as it was sent, before and after a restart.</summary>
public sealed class DurabilityLoadTests : FreshFixture
{
    [Test]
    public Task Corpus_comes_back_octet_for_octet_after_a_restart() => SendCorpusAsync(rounds: 4);

    [Test, Category("Torture")]
    public Task Corpus_comes_back_octet_for_octet_after_a_restart_many_times_over() => SendCorpusAsync(rounds: 60);

    private async Task SendCorpusAsync(int rounds)
    {
        IReadOnlyList<byte[]> corpus = BulkMail.Corpus();
        IReadOnlyList<BulkMail> mails = BulkMail.RoundRobin(corpus, corpus.Count * rounds);
        var load = new BulkLoad(mails);
        await using (SmtpdProcess first = await StartAsync())
        {
            await load.SendAsync(Configuration.SmtpPort, connections: 50);
            Assert.That(load.Refused, Is.Empty);
            Assert.That(load.Broken, Is.Empty);
            Assert.That(load.Acknowledged, Has.Count.EqualTo(mails.Count));
            Assert.That(await first.Api.TotalAsync(), Is.EqualTo(mails.Count), "what was acknowledged can be read at once");
            await first.StopAsync();
        }
        await using SmtpdProcess second = await StartAsync();
        await StoreAudit.ExpectAsync(second.Api, mails, load.Acknowledged, othersMayBeThere: false);
        await second.StopAsync();
    }
}
