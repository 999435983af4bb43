using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Operations;

namespace Smtpd.Tests.Web;

/// <summary><c>/metrics</c> against the text format 0.0.4, read strictly, and against leaks: what strangers write must not become a label.</summary>
public sealed partial class MetricsTests
{
    [GeneratedRegex("""^[a-zA-Z_:][a-zA-Z0-9_:]*$""")]
    private static partial Regex Name();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\[\\"n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\[\\"n])*")*)\})? (?<value>\S+)$""")]
    private static partial Regex Sample();

    /// <summary>The samples by name with labels; fails on whatever a strict reader would not take.</summary>
    private static Dictionary<string, double> Parse(string text)
    {
        var samples = new Dictionary<string, double>();
        var families = new HashSet<string>();
        string family = "", type = "", helped = "";
        Assert.That(text, Does.EndWith("\n").And.Not.Contain("\r"));
        foreach (string line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                string[] parts = line.Split(' ', 4);
                Assert.That(parts, Has.Length.EqualTo(4), line);
                helped = parts[2];
                Assert.That(Name().IsMatch(helped), Is.True, line);
                Assert.That(families.Add(helped), Is.True, "each family once");
                continue;
            }
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] parts = line.Split(' ');
                Assert.That(parts, Has.Length.EqualTo(4), line);
                (family, type) = (parts[2], parts[3]);
                Assert.That(family, Is.EqualTo(helped), line);
                Assert.That(type, Is.AnyOf("counter", "gauge", "histogram"), line);
                if (type == "counter") Assert.That(family, Does.EndWith("_total"));
                continue;
            }
            Match match = Sample().Match(line);
            Assert.That(match.Success, Is.True, line);
            string name = match.Groups["name"].Value;
            if (type == "histogram") Assert.That(name, Is.AnyOf(family + "_bucket", family + "_sum", family + "_count"), line);
            else Assert.That(name, Is.EqualTo(family), line);
            double value = double.Parse(match.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture);
            if (type != "gauge") Assert.That(value, Is.GreaterThanOrEqualTo(0), line);
            Assert.That(samples.TryAdd(line[..line.LastIndexOf(' ')], value), Is.True, "each sample once");
        }
        return samples;
    }

    [Test]
    public async Task It_is_written_as_Prometheus_reads_it()
    {
        await using var web = new WebFixture();
        web.Store.Add("x"u8.ToArray());
        web.Metrics.Accepted.Add(3);
        web.Metrics.Transactions.Increment("Stored");
        web.Metrics.Refusals.Increment("550 5.7.1");
        web.Metrics.CommitTimes.Observe(TimeSpan.FromMilliseconds(3));
        web.Metrics.CommitTimes.Observe(TimeSpan.FromMinutes(1));
        await web.GetAsync("/nothing");
        RawAnswer answer = await web.GetAsync("/metrics");
        Assert.That((answer.Status, answer.Field("Content-Type")), Is.EqualTo((200, "text/plain; version=0.0.4; charset=utf-8")));
        Dictionary<string, double> samples = Parse(answer.Text);
        Assert.That(samples["smtpd_messages_accepted_total"], Is.EqualTo(3));
        Assert.That(samples["smtpd_smtp_transactions_total{outcome=\"stored\"}"], Is.EqualTo(1));
        Assert.That(samples["smtpd_smtp_refusals_total{reply=\"550 5.7.1\"}"], Is.EqualTo(1));
        Assert.That(samples["smtpd_web_answers_total{status=\"4xx\"}"], Is.EqualTo(1));
        Assert.That((samples["smtpd_commit_seconds_bucket{le=\"0.0025\"}"], samples["smtpd_commit_seconds_bucket{le=\"0.005\"}"], samples["smtpd_commit_seconds_bucket{le=\"+Inf\"}"]), Is.EqualTo((0d, 1d, 2d)));
        Assert.That((samples["smtpd_commit_seconds_count"], samples["smtpd_commit_seconds_sum"]), Is.EqualTo((2d, 60.003)));
        Assert.That((samples["smtpd_store_messages"], samples["smtpd_web_connections"], samples["smtpd_store_takes_mail"]), Is.EqualTo((1d, 1d, 1d)));
        Assert.That(samples["smtpd_open_descriptors"], Is.GreaterThan(10));
        Assert.That(samples["smtpd_resident_memory_bytes"], Is.GreaterThan(1_000_000));
    }

    [Test]
    public async Task Nothing_that_strangers_write_becomes_a_label()
    {
        await using var web = new WebFixture();
        const string Planted = "planted";
        web.Store.Add("x"u8.ToArray(), HeaderSummary.Empty with { Subject = Planted }, new StoredEnvelope($"{Planted}@example.org", [$"{Planted}@local.test"], Planted, "192.0.2.1") { User = Planted });
        await web.GetAsync($"/{Planted}", $"User-Agent: {Planted}\r\nReferer: {Planted}\r\nX-{Planted}: {Planted}\r\n", Planted.ToUpperInvariant(), $"{Planted}.localhost");
        await web.GetAsync($"/api/v1/messages?{Planted}={Planted}");
        Assert.That((await web.GetAsync("/metrics")).Text, Does.Not.Contain(Planted).IgnoreCase);
    }

    [Test]
    public void Even_words_of_our_own_have_an_end()
    {
        var counters = new LabelledCounters();
        for (int i = 0; i < 10_000; i++) counters.Increment($"word {i}");
        Assert.That(counters.Values, Has.Count.LessThanOrEqualTo(201));
        Assert.That(counters.Values.Sum(one => one.Count), Is.EqualTo(10_000));
    }

    [Test]
    public async Task A_stranger_sees_nothing_of_it()
    {
        await using var web = new WebFixture();
        Assert.That((await web.GetAsync("/metrics", "X-Forwarded-For: 192.0.2.1\r\n")).Status, Is.EqualTo(401));
    }
}
