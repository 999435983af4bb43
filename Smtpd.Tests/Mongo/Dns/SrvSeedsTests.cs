using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Dns;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Mongo.Dns;

/// <summary>Finding servers by <c>mongodb+srv</c>, with a DNS server of the test's own.</summary>
[CancelAfter(60_000)]
public sealed class SrvSeedsTests
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Servers_and_options_come_from_dns()
    {
        using var dns = new NameServer((name, type) => (name, type) switch
        {
            ("_mongodb._tcp.db.example.com", DnsType.Service) => [NameServer.Service("a.example.com", 27017), NameServer.Service("B.example.com", 27018)],
            ("db.example.com", DnsType.Text) => [NameServer.Text("replicaSet=rs7&auth", "Source=people")],
            _ => [],
        });
        MongoConnectionSettings settings = await ResolveAsync(Settings("mongodb+srv://u:p@db.example.com/mail"), dns.Client, Token);
        Assert.That(settings.Hosts, Is.EqualTo(new[] { new MongoHost("a.example.com", 27017), new MongoHost("b.example.com", 27018) }));
        Assert.That(settings.ReplicaSet, Is.EqualTo("rs7"));
        Assert.That(settings.Credential!.Source, Is.EqualTo("people"));
        Assert.That(settings.Tls.IsOn, Is.True);
    }

    [Test]
    public async Task What_the_connection_string_says_itself_counts_more()
    {
        using var dns = new NameServer((_, type) => type == DnsType.Service ? [NameServer.Service("a.example.com", 27017)] : [NameServer.Text("replicaSet=rs7&authSource=people")]);
        MongoConnectionSettings settings = await ResolveAsync(Settings("mongodb+srv://u:p@db.example.com/?replicaSet=mine&authSource=here"), dns.Client, Token);
        Assert.That((settings.ReplicaSet, settings.Credential!.Source), Is.EqualTo(("mine", "here")));
    }

    [TestCase("a.example.com", "db.example.com", true)]
    [TestCase("x.a.example.com", "db.example.com", true)]
    [TestCase("a.example.org", "db.example.com", false)]
    [TestCase("evilexample.com", "db.example.com", false)]
    [TestCase("example.com", "db.example.com", false)]
    [TestCase("a.example.com", "example.com", true)]
    [TestCase("a.com", "example.com", false)]
    [TestCase("example.com", "example.com", false)]
    [TestCase("a.localhost", "localhost", true)]
    public void Servers_must_be_of_the_same_domain(string server, string host, bool isBelow) => Assert.That(SrvSeeds.IsBelow(server, host), Is.EqualTo(isBelow));

    [Test]
    public void A_server_of_another_domain_is_not_believed()
    {
        using var dns = new NameServer((_, type) => type == DnsType.Service ? [NameServer.Service("a.evil.org", 27017)] : []);
        Assert.That(() => SrvSeeds.ResolveAsync(Settings("mongodb+srv://db.example.com"), dns.Client, Token), Throws.TypeOf<DnsException>().With.Message.Contains("a.evil.org"));
    }

    [Test]
    public void Other_options_in_dns_and_names_without_servers_are_errors()
    {
        using var other = new NameServer((_, type) => type == DnsType.Service ? [NameServer.Service("a.example.com", 1)] : [NameServer.Text("tls=false")]);
        Assert.That(() => SrvSeeds.ResolveAsync(Settings("mongodb+srv://db.example.com"), other.Client, Token), Throws.TypeOf<DnsException>().With.Message.Contains("TXT"));
        using var none = new NameServer((_, _) => []);
        Assert.That(() => SrvSeeds.ResolveAsync(Settings("mongodb+srv://db.example.com"), none.Client, Token), Throws.TypeOf<DnsException>().With.Message.Contains("_mongodb._tcp.db.example.com"));
    }

    [Test]
    public async Task An_answer_that_is_too_long_for_a_datagram_is_fetched_by_tcp()
    {
        using var dns = new NameServer((_, type) => type == DnsType.Service ? [.. Enumerable.Range(1, 60).Select(i => NameServer.Service($"member{i}.example.com", i))] : []);
        MongoConnectionSettings settings = await ResolveAsync(Settings("mongodb+srv://db.example.com"), dns.Client, Token);
        Assert.That(settings.Hosts, Has.Count.EqualTo(60));
    }

    [Test]
    public async Task Answers_to_other_questions_are_passed_over()
    {
        using var dns = new NameServer((_, type) => type == DnsType.Service ? [NameServer.Service("a.example.com", 5)] : []) { SendsForgeriesFirst = true };
        MongoConnectionSettings settings = await ResolveAsync(Settings("mongodb+srv://db.example.com"), dns.Client, Token);
        Assert.That(settings.Hosts[0].Port, Is.EqualTo(5));
    }

    [Test]
    public void Whatever_an_answer_holds_nothing_is_read_beyond_it()
    {
        var random = new Random(20261129);
        byte[] question = DnsMessage.Question(7, "db.example.com", DnsType.Service);
        byte[] sound = NameServer.Answer(question, [NameServer.Service("a.example.com", 5), NameServer.Text("x", "y")], 0);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] answer = sound[..random.Next(question.Length, sound.Length + 1)];
            for (int changes = random.Next(4); changes > 0; changes--) answer[random.Next(2, answer.Length)] = (byte)random.Next(256);
            try
            {
                DnsMessage.Read(answer, question, "db.example.com", DnsType.Service);
            }
            catch (DnsException)
            {
                // Damaged, and said to be.
            }
        }
        Assert.That(DnsMessage.Read(sound, question, "db.example.com", DnsType.Service), Has.Count.EqualTo(1));
    }

    [Test]
    public void Resolvers_are_read_from_the_systems_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("resolv.conf"), "# comment\nsearch example.com\nnameserver 127.0.0.1\nnameserver\t::1\nnameserver nonsense\n");
        Assert.That(() => DnsClient.FromFile(folder.File("resolv.conf")), Throws.Nothing);
        Assert.That(() => DnsClient.FromFile(folder.File("absent")), Throws.Nothing);
    }

    private static async Task<MongoConnectionSettings> ResolveAsync(MongoConnectionSettings settings, DnsClient dns, CancellationToken cancellation) => (await SrvSeeds.ResolveAsync(settings, dns, cancellation)).Settings!;

    private static MongoConnectionSettings Settings(string text)
    {
        Assert.That(ConnectionString.TryParse(text, out MongoConnectionSettings? settings, out string? problem), Is.True, problem);
        return settings!;
    }
}
