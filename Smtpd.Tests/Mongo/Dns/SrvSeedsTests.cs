using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
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
            ("_mongodb._tcp.db.example.com", DnsType.Service) => [Service("a.example.com", 27017), Service("B.example.com", 27018)],
            ("db.example.com", DnsType.Text) => [Text("replicaSet=rs7&auth", "Source=people")],
            _ => [],
        });
        MongoConnectionSettings settings = await SrvSeeds.ResolveAsync(Settings("mongodb+srv://u:p@db.example.com/mail"), dns.Client, Token);
        Assert.That(settings.Hosts, Is.EqualTo(new[] { new MongoHost("a.example.com", 27017), new MongoHost("b.example.com", 27018) }));
        Assert.That(settings.ReplicaSet, Is.EqualTo("rs7"));
        Assert.That(settings.Credential!.Source, Is.EqualTo("people"));
        Assert.That(settings.Tls.IsOn, Is.True);
    }

    [Test]
    public async Task What_the_connection_string_says_itself_counts_more()
    {
        using var dns = new NameServer((_, type) => type == DnsType.Service ? [Service("a.example.com", 27017)] : [Text("replicaSet=rs7&authSource=people")]);
        MongoConnectionSettings settings = await SrvSeeds.ResolveAsync(Settings("mongodb+srv://u:p@db.example.com/?replicaSet=mine&authSource=here"), dns.Client, Token);
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
        using var dns = new NameServer((_, type) => type == DnsType.Service ? [Service("a.evil.org", 27017)] : []);
        Assert.That(() => SrvSeeds.ResolveAsync(Settings("mongodb+srv://db.example.com"), dns.Client, Token), Throws.TypeOf<DnsException>().With.Message.Contains("a.evil.org"));
    }

    [Test]
    public void Other_options_in_dns_and_names_without_servers_are_errors()
    {
        using var other = new NameServer((_, type) => type == DnsType.Service ? [Service("a.example.com", 1)] : [Text("tls=false")]);
        Assert.That(() => SrvSeeds.ResolveAsync(Settings("mongodb+srv://db.example.com"), other.Client, Token), Throws.TypeOf<DnsException>().With.Message.Contains("TXT"));
        using var none = new NameServer((_, _) => []);
        Assert.That(() => SrvSeeds.ResolveAsync(Settings("mongodb+srv://db.example.com"), none.Client, Token), Throws.TypeOf<DnsException>().With.Message.Contains("_mongodb._tcp.db.example.com"));
    }

    [Test]
    public async Task An_answer_that_is_too_long_for_a_datagram_is_fetched_by_tcp()
    {
        using var dns = new NameServer((_, type) => type == DnsType.Service ? [.. Enumerable.Range(1, 60).Select(i => Service($"member{i}.example.com", i))] : []);
        MongoConnectionSettings settings = await SrvSeeds.ResolveAsync(Settings("mongodb+srv://db.example.com"), dns.Client, Token);
        Assert.That(settings.Hosts, Has.Count.EqualTo(60));
    }

    [Test]
    public async Task Answers_to_other_questions_are_passed_over()
    {
        using var dns = new NameServer((_, type) => type == DnsType.Service ? [Service("a.example.com", 5)] : []) { SendsForgeriesFirst = true };
        MongoConnectionSettings settings = await SrvSeeds.ResolveAsync(Settings("mongodb+srv://db.example.com"), dns.Client, Token);
        Assert.That(settings.Hosts[0].Port, Is.EqualTo(5));
    }

    [Test]
    public void Whatever_an_answer_holds_nothing_is_read_beyond_it()
    {
        var random = new Random(20261129);
        byte[] question = DnsMessage.Question(7, "db.example.com", DnsType.Service);
        byte[] sound = NameServer.Answer(question, [Service("a.example.com", 5), Text("x", "y")], 0);
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

    private static MongoConnectionSettings Settings(string text)
    {
        Assert.That(ConnectionString.TryParse(text, out MongoConnectionSettings? settings, out string? problem), Is.True, problem);
        return settings!;
    }

    private static (DnsType, byte[]) Service(string target, int port) => (DnsType.Service, [0, 0, 0, 0, (byte)(port >> 8), (byte)port, .. NameServer.Name(target)]);

    private static (DnsType, byte[]) Text(params string[] pieces) => (DnsType.Text, [.. pieces.SelectMany(piece => (byte[])[(byte)piece.Length, .. System.Text.Encoding.UTF8.GetBytes(piece)])]);

    /// <summary>Answers questions by UDP and TCP on one loopback port.</summary>
    private sealed class NameServer : IDisposable
    {
        private const int LongestDatagram = 512;

        private readonly Func<string, DnsType, (DnsType Type, byte[] Data)[]> _records;
        private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly TcpListener _tcp;

        public NameServer(Func<string, DnsType, (DnsType Type, byte[] Data)[]> records)
        {
            _records = records;
            _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var place = (IPEndPoint)_udp.LocalEndPoint!;
            _tcp = new TcpListener(place);
            _tcp.Start();
            Client = new DnsClient([place]);
            _ = Task.Run(ServeDatagramsAsync);
            _ = Task.Run(ServeConnectionsAsync);
        }

        public DnsClient Client { get; }

        public bool SendsForgeriesFirst { get; init; }

        public static byte[] Name(string name) => [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. System.Text.Encoding.ASCII.GetBytes(label)]), 0];

        public static byte[] Answer(byte[] question, (DnsType Type, byte[] Data)[] records, ushort flags)
        {
            List<byte> answer = [.. question];
            // The owner is the question's name, by a pointer to it.
            foreach ((DnsType type, byte[] data) in records) answer.AddRange([0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 60, (byte)(data.Length >> 8), (byte)data.Length, .. data]);
            byte[] octets = [.. answer];
            BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(2), (ushort)(0x8180 | flags));
            BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(6), (ushort)records.Length);
            return octets;
        }

        public void Dispose()
        {
            _udp.Dispose();
            _tcp.Dispose();
        }

        private async Task ServeDatagramsAsync()
        {
            byte[] room = new byte[LongestDatagram];
            try
            {
                while (true)
                {
                    SocketReceiveFromResult received = await _udp.ReceiveFromAsync(room, new IPEndPoint(IPAddress.Any, 0));
                    byte[] question = room[..received.ReceivedBytes];
                    byte[] answer = Answer(question);
                    if (SendsForgeriesFirst)
                    {
                        byte[] forged = (byte[])answer.Clone();
                        forged[0] ^= 1;
                        await _udp.SendToAsync(forged, received.RemoteEndPoint);
                        await _udp.SendToAsync(question, received.RemoteEndPoint);
                    }
                    await _udp.SendToAsync(answer.Length <= LongestDatagram ? answer : Answer(question, [], 0x0200), received.RemoteEndPoint);
                }
            }
            catch (Exception end) when (end is ObjectDisposedException or SocketException)
            {
                // The end.
            }
        }

        private async Task ServeConnectionsAsync()
        {
            try
            {
                while (true)
                {
                    using Socket socket = await _tcp.AcceptSocketAsync();
                    await using var stream = new NetworkStream(socket);
                    byte[] length = new byte[2];
                    await stream.ReadExactlyAsync(length);
                    byte[] question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                    await stream.ReadExactlyAsync(question);
                    byte[] answer = Answer(question);
                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
                    await stream.WriteAsync((byte[])[.. length, .. answer]);
                }
            }
            catch (Exception end) when (end is ObjectDisposedException or SocketException or IOException)
            {
                // The end.
            }
        }

        private byte[] Answer(byte[] question)
        {
            List<string> labels = [];
            int place = 12;
            while (question[place] != 0)
            {
                labels.Add(System.Text.Encoding.ASCII.GetString(question, place + 1, question[place]));
                place += 1 + question[place];
            }
            return Answer(question, _records(string.Join('.', labels), (DnsType)question[place + 2]), 0);
        }
    }
}
