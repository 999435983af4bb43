using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Mechanisms that lean on TLS: EXTERNAL by the client's certificate, SCRAM bound to the server's.</summary>
public sealed class ClientCertificateTests : FreshFixture
{
    /// <summary>What is read by the API here is about mail; who may read it is another matter.</summary>
    public ClientCertificateTests() => Configuration.Web["auth"] = "off";

    /// <summary>A client of both, written from RFC 5802, RFC 5929 and RFC 4422.</summary>
    private const string Client = """
        import base64, hashlib, hmac, os, smtplib, ssl, sys
        port, authority, mechanism, certificate, key, binding = int(sys.argv[1]), *sys.argv[2:7]
        context = ssl.create_default_context(cafile=authority)
        if certificate:
            context.load_cert_chain(certificate, key)
        smtp = smtplib.SMTP("127.0.0.1", port, timeout=20)
        smtp.starttls(context=context)
        smtp.ehlo()
        print(smtp.esmtp_features["auth"].strip())
        encode = lambda octets: base64.b64encode(octets).decode()
        if mechanism == "EXTERNAL":
            print(smtp.docmd("AUTH", "EXTERNAL =")[0])
        elif mechanism.startswith("SCRAM"):
            mac = lambda key, text: hmac.new(key, text, "sha256").digest()
            plus = mechanism.endswith("PLUS")
            header = b"p=tls-server-end-point,," if plus else b"n,,"
            data = hashlib.sha256(smtp.sock.getpeercert(True)).digest() if plus else b""
            if binding == "wrong":
                data = bytes(32)
            bare = b"n=tester,r=" + encode(os.urandom(18)).encode()
            code, challenge = smtp.docmd("AUTH", mechanism + " " + encode(header + bare))
            assert code == 334, (code, challenge)
            first = base64.b64decode(challenge)
            nonce, salt, rounds = [field[2:] for field in first.split(b",")]
            salted = hashlib.pbkdf2_hmac("sha256", b"secret", base64.b64decode(salt), int(rounds))
            stored = hashlib.sha256(mac(salted, b"Client Key")).digest()
            final = b"c=" + encode(header + data).encode() + b",r=" + nonce
            message = bare + b"," + first + b"," + final
            proof = bytes(a ^ b for a, b in zip(mac(salted, b"Client Key"), mac(stored, message)))
            code, answer = smtp.docmd(encode(final + b",p=" + encode(proof).encode()))
            if code == 334:
                assert base64.b64decode(answer) == b"v=" + encode(mac(mac(salted, b"Server Key"), message)).encode(), answer
                code, answer = smtp.docmd("")
            print(code)
        smtp.sendmail("a@remote.test", ["alice@local.test"], "Subject: x\r\n\r\nx")
        """;

    private async Task<string[]> PlayAsync(string mechanism, (string Certificate, string Key)? client = null, string binding = "right")
    {
        CommandRun run = await CommandRun.OfAsync("python3", ["-c", Client, $"{Configuration.SmtpPort}", Folder.File("server.pem"), mechanism, client?.Certificate ?? "", client?.Key ?? "", binding]);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        return run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Test]
    public async Task A_client_certificate_that_is_vouched_for_signs_in_and_any_other_does_no_harm()
    {
        await TestCertificate.ConfigureAsync(Configuration, Folder);
        (string Certificate, string Key) authority = await TestCertificate.MakeAsync(Folder, "authority", "An authority");
        (string, string) tester = await TestCertificate.MakeClientAsync(Folder, "client", "tester", authority), stranger = await TestCertificate.MakeAsync(Folder, "stranger", "tester"),
            nobody = await TestCertificate.MakeClientAsync(Folder, "nobody", "nobody", authority);
        Configuration.Smtp["tls.client.ca"] = authority.Certificate;
        await Users.AddAsync(Configuration, "tester", "secret");
        await using SmtpdProcess server = await StartAsync();
        Assert.That(await PlayAsync("EXTERNAL", tester), Is.EqualTo(new[] { "SCRAM-SHA-256 EXTERNAL PLAIN LOGIN", "235" }));
        string id = (await server.Api.JsonAsync("api/v1/message/latest")).GetProperty("ID").GetString()!;
        Assert.That(System.Text.Encoding.ASCII.GetString(await server.Api.RawAsync(id)), Does.Contain("; client tester)\r\n\tby mx.local.test (Smtpd) with ESMTPSA id "));
        Assert.That(await PlayAsync("EXTERNAL", nobody), Is.EqualTo(new[] { "SCRAM-SHA-256 EXTERNAL PLAIN LOGIN", "535" }));
        Assert.That(await PlayAsync("EXTERNAL", stranger), Is.EqualTo(new[] { "SCRAM-SHA-256 PLAIN LOGIN", "504" }));
        Assert.That(await PlayAsync("EXTERNAL"), Is.EqualTo(new[] { "SCRAM-SHA-256 PLAIN LOGIN", "504" }));
        Assert.That(await server.Api.TotalAsync(), Is.EqualTo(4), "mail was taken from all of them");
    }

    [Test]
    public async Task Scram_signs_in_and_bound_to_the_servers_certificate_only_with_that()
    {
        await TestCertificate.ConfigureAsync(Configuration, Folder);
        Configuration.Smtp["auth.scram.plus"] = true;
        await Users.AddAsync(Configuration, "tester", "secret");
        await using SmtpdProcess server = await StartAsync();
        const string Offer = "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN";
        Assert.That(await PlayAsync("SCRAM-SHA-256"), Is.EqualTo(new[] { Offer, "235" }));
        Assert.That(await PlayAsync("SCRAM-SHA-256-PLUS"), Is.EqualTo(new[] { Offer, "235" }));
        Assert.That(await PlayAsync("SCRAM-SHA-256-PLUS", binding: "wrong"), Is.EqualTo(new[] { Offer, "535" }));
    }
}
