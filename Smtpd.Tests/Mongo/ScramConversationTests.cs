using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mongo;

namespace Smtpd.Tests.Mongo;

/// <summary>SCRAM from the client's side: against published and computed conversations, and against servers that play it wrongly.</summary>
public sealed class ScramConversationTests
{
    private static IEnumerable<TestCaseData> Positive => Named("positive");

    private static IEnumerable<TestCaseData> Negative => Named("negative");

    private static IEnumerable<TestCaseData> Named(string list)
    {
        string path = Path.GetFullPath(Path.Combine(Blackbox.Harness.Places.Project, "..", "shared", "corpora", "mongodb", "scram-vectors.json"));
        if (!File.Exists(path))
        {
            yield return new TestCaseData(0).SetArgDisplayNames("no corpus");
            yield break;
        }
        using JsonDocument vectors = JsonDocument.Parse(File.ReadAllBytes(path));
        int index = 0;
        foreach (JsonElement vector in vectors.RootElement.GetProperty(list).EnumerateArray())
            yield return new TestCaseData(index++).SetArgDisplayNames(vector.GetProperty("name").GetString()!);
    }

    [TestCaseSource(nameof(Positive))]
    public void A_conversation_goes_as_published(int index)
    {
        JsonElement vector = SpecificationCorpus.Read("scram-vectors.json", "positive", index);
        string mechanism = vector.Text("mechanism")!;
        // RFC 5802's own example takes the password as it is, which no MongoDB does with SHA-1; the digest is given in its place.
        bool isPlainSha1 = mechanism == MongoCredential.ScramSha1 && !vector.GetProperty("mongodb_md5_digest").GetBoolean();
        if (isPlainSha1)
        {
            Assert.That(vector.Text("name"), Is.EqualTo("rfc5802"), "the one vector that no MongoDB server plays");
            return;
        }
        var conversation = new ScramConversation(new ScramSecrets(new MongoCredential(vector.Text("username"), vector.Text("password"), "admin", mechanism)), mechanism, vector.Text("client_nonce"));
        Assert.That(Encoding.UTF8.GetString(conversation.First()), Is.EqualTo(vector.Text("client_first")));
        Assert.That(Encoding.UTF8.GetString(conversation.Answer(Octets(vector.Text("server_first")!))), Is.EqualTo(vector.Text("client_final")));
        Assert.That(conversation.IsVerified, Is.False);
        conversation.Verify(Octets(vector.Text("server_final")!));
        Assert.That(conversation.IsVerified);
    }

    [TestCaseSource(nameof(Negative))]
    public void A_server_that_plays_it_wrongly_is_refused(int index)
    {
        JsonElement vector = SpecificationCorpus.Read("scram-vectors.json", "negative", index);
        // What is accepted is a matter of when which message travels, which the conversation does not know.
        if (vector.Text("expect") == "accept")
        {
            Assert.That(vector.Text("name"), Does.Contain("skipEmptyExchange"));
            return;
        }
        if (vector.Text("server_first") is { } serverFirst)
        {
            ScramConversation first = Conversation(vector.Text("client_nonce")!);
            Assert.That(() => first.Answer(Octets(serverFirst)), Throws.TypeOf<MongoSignInException>());
            return;
        }
        ScramConversation last = Conversation("abc");
        last.Answer("r=abcdef,s=QSXCR+Q6sek8bf92,i=4096"u8);
        Assert.That(() => last.Verify(Octets(vector.Text("server_final") ?? "")), Throws.TypeOf<MongoSignInException>());
        Assert.That(last.IsVerified, Is.False);
    }

    [Test]
    public void Proof_before_the_challenge_and_too_many_rounds_are_refused()
    {
        Assert.That(() => Conversation("abc").Verify("v=AAAA"u8), Throws.TypeOf<MongoSignInException>());
        Assert.That(() => Conversation("abc").Answer("r=abcdef,s=QSXCR+Q6sek8bf92,i=2000001"u8), Throws.TypeOf<MongoSignInException>());
        Assert.That(() => Conversation("abc").Answer("r=abcdef,s=,i=4096"u8), Throws.TypeOf<MongoSignInException>());
        Assert.That(() => Conversation("abc").Answer(new byte[100_000]), Throws.TypeOf<MongoSignInException>());
    }

    [Test]
    public void Nonces_are_long_and_never_the_same()
    {
        string[] nonces = [.. Enumerable.Range(0, 100).Select(_ => Encoding.UTF8.GetString(Conversation(null).First()).Split(",r=")[1])];
        Assert.That(nonces, Is.Unique);
        Assert.That(nonces, Has.All.Length.EqualTo(32).And.All.Not.Contain(","));
    }

    [Test]
    public void A_password_that_no_password_may_be_is_refused_without_showing_it()
    {
        var conversation = new ScramConversation(new ScramSecrets(new MongoCredential("mail", "S3cret\u0007", "admin", null)), MongoCredential.ScramSha256, "abc");
        Assert.That(() => conversation.Answer("r=abcdef,s=QSXCR+Q6sek8bf92,i=4096"u8), Throws.TypeOf<MongoSignInException>().With.Message.Not.Contain("S3cret"));
    }

    private static ScramConversation Conversation(string? nonce) =>
        new(new ScramSecrets(new MongoCredential("user", "pencil", "admin", null)), MongoCredential.ScramSha1, nonce);

    private static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);
}
