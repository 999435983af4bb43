using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Network;
using Smtpd.Storage;

namespace Smtpd.Tests.Smtp;

public sealed class TraceLinesTests
{
    private static readonly DateTimeOffset _now = new(2026, 9, 5, 7, 8, 9, TimeSpan.Zero);
    private static readonly MailAddress _sender = new("sender", "remote.test");

    [Test]
    public void The_lines_say_who_sent_it_how_to_whom_and_when() => Assert.That(Write(EnvelopeTo("alice@local.test")), Is.EqualTo("""
        Return-Path: <sender@remote.test>
        Received: from client.test ([192.0.2.1])
        	by mx.local.test (Smtpd) with ESMTP id 000000000000000000000000
        	for <alice@local.test>;
        	Sat, 5 Sep 2026 07:08:09 +0000

        """.ReplaceLineEndings("\r\n")));

    [Test]
    public void What_is_known_of_TLS_is_a_comment_that_nobody_can_close()
    {
        using MessageBody body = NewBody();
        var tls = new TlsState("TLSv1.3", "TLS_AES_256_GCM_SHA384", null, ["tester) by evil.test\r\nX: y" + new string('n', 1000)]);
        TraceLines.Write(body, EnvelopeTo("alice@local.test"), "client.test", IPAddress.Loopback, "mx.local.test", "ESMTPS", _now, tls);
        string lines = Encoding.Latin1.GetString(body.Memory);
        AssertWellFormed(lines);
        Assert.That(lines, Does.Match(@"\(using TLSv1\.3 with cipher TLS_AES_256_GCM_SHA384; client tester\?\?by\?evil\.test\?\?X:\?yn+\)\r\n\tby "));
    }

    [Test]
    public void The_id_is_written_into_its_place()
    {
        var id = new MessageId(0x01020304, 0x0506070809, 0x0a0b0c);
        using MessageBody body = NewBody();
        TraceLines.Write(body, EnvelopeTo("alice@local.test"), "client.test", IPAddress.Loopback, "mx.local.test", "SMTP", _now);
        body.SetId(id);
        Assert.That(Encoding.ASCII.GetString(body.Memory), Does.Contain($" with SMTP id {id}\r\n"));
    }

    [Test]
    public void The_null_sender_has_an_empty_return_path() =>
        Assert.That(Write(EnvelopeOf(null, "alice@local.test")), Does.StartWith("Return-Path: <>\r\n"));

    /// <summary>The other recipients of an envelope are not anybody's to know (RFC 5321 §7.2).</summary>
    [Test]
    public void Several_recipients_are_not_named()
    {
        string lines = Write(EnvelopeTo("alice@local.test", "bob@local.test"));
        Assert.That(lines, Does.Not.Contain("alice").And.Not.Contain("bob").And.Not.Contain("\tfor "));
        Assert.That(lines, Does.Contain("id 000000000000000000000000;\r\n\tSat, "));
    }

    [TestCase("192.0.2.1", "([192.0.2.1])")]
    [TestCase("2001:db8::1", "([IPv6:2001:db8::1])")]
    [TestCase("fe80::1%2", "([IPv6:fe80::1])")]
    [TestCase("::ffff:192.0.2.1", "([IPv6:::ffff:192.0.2.1])")]
    public void The_client_stands_there_as_an_address_literal(string client, string literal) =>
        Assert.That(Write(EnvelopeTo("alice@local.test"), client: IPAddress.Parse(client)), Does.Contain($"from client.test {literal}\r\n"));

    [TestCase("mail.client.test", "192.0.2.1", "(mail.client.test [192.0.2.1])")]
    [TestCase("evil)\r\nBcc: v@x.test", "192.0.2.1", "(evil???Bcc:?v?x.test [192.0.2.1])")]
    [TestCase(null, "0.0.0.0", "(unknown)")]
    [TestCase("mail.client.test", "0.0.0.0", "(mail.client.test unknown)")]
    public void A_client_behind_a_proxy_stands_there_as_the_proxy_knows_it(string? name, string client, string shown) =>
        Assert.That(Write(EnvelopeTo("alice@local.test"), client: IPAddress.Parse(client), name: name), Does.Contain($"from client.test {shown}\r\n"));

    [TestCase(@"x\r\nBcc: victim@example.com")]
    [TestCase(@"x\nBcc:victim@example.com")]
    [TestCase(@"x) by forged.test (x")]
    [TestCase(@"x;Mon,1Jan2001")]
    [TestCase(@"x<a@b>")]
    [TestCase(@"=?utf-8?q?x?=")]
    [TestCase(@"x\0y")]
    [TestCase("jürgen")]
    [TestCase(@"x""y\\")]
    public void A_hostile_name_adds_no_field_and_no_comment(string helo)
    {
        string lines = Write(EnvelopeTo("alice@local.test"), Regex.Unescape(helo));
        Assert.That(FieldsOf(lines), Is.EqualTo((string[])["Return-Path", "Received"]));
        Assert.That(lines, Does.Match(@"\r\nReceived: from [A-Za-z0-9.:\[\]_?-]+ \(\[192\.0\.2\.1\]\)\r\n\tby mx\.local\.test "));
    }

    [TestCase("[192.0.2.1]")]
    [TestCase("[IPv6:2001:db8::1]")]
    [TestCase("my_host-1.example")]
    public void An_everyday_name_stands_there_as_it_was_given(string helo) => Assert.That(Write(EnvelopeTo("alice@local.test"), helo), Does.Contain($"from {helo} ("));

    [Test]
    public void The_longest_names_and_paths_fit()
    {
        var longest = new MailAddress($"\"{new string('q', 253)}\"", Domain(255));
        var envelope = new Envelope(longest, 0);
        envelope.Add(longest);
        string lines = Write(envelope, new string('h', 255), IPAddress.Parse("fedc:ba98:7654:3210:fedc:ba98:7654:3210"), Domain(255), "ESMTPS");
        AssertWellFormed(lines);
        Assert.That(lines, Does.Contain($"Return-Path: <{longest}>\r\n").And.Contain($"\tfor <{longest}>;\r\n"));
        Assert.That(lines.Length, Is.LessThanOrEqualTo(2048));
    }

    [Test]
    public void Lines_of_any_names_and_paths_are_well_formed() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
        Gen.Choose(1, 255).Four().ToArbitrary(), ArbMap.Default.ArbFor<NonNull<string>>(), (lengths, helo) =>
        {
            (int local, int domain, int greeted, int own) = lengths;
            var envelope = new Envelope(new MailAddress(new string('s', local), Domain(domain)), 0);
            envelope.Add(new MailAddress(new string('r', domain), Domain(local)));
            AssertWellFormed(Write(envelope, helo.Get.PadRight(greeted, 'h')[..greeted], IPAddress.IPv6Loopback, Domain(own), "ESMTP"));
        }));

    private static void AssertWellFormed(string lines)
    {
        Assert.That(lines, Does.EndWith("\r\n"));
        string[] each = lines[..^2].Split("\r\n");
        Assert.That(each, Has.All.Length.LessThanOrEqualTo(998).And.All.Not.Empty);
        Assert.That(each.Any(line => line.AsSpan().ContainsAny('\r', '\n', '\0') || !Ascii.IsValid(line)), Is.False);
        Assert.That(FieldsOf(lines), Is.EqualTo((string[])["Return-Path", "Received"]));
    }

    private static List<string> FieldsOf(string lines)
    {
        List<string> names = [];
        ReadOnlySpan<byte> rest = Encoding.Latin1.GetBytes(lines);
        while (HeaderReader.TryReadField(ref rest, out ReadOnlySpan<byte> name, out _)) names.Add(Encoding.ASCII.GetString(name));
        return names;
    }

    private static string Write(Envelope envelope, string helo = "client.test", IPAddress? client = null, string domain = "mx.local.test", string protocol = "ESMTP", string? name = null)
    {
        using MessageBody body = NewBody();
        TraceLines.Write(body, envelope, helo, client ?? IPAddress.Parse("192.0.2.1"), domain, protocol, _now, name: name);
        return Encoding.Latin1.GetString(body.Memory);
    }

    private static MessageBody NewBody() => new(new BodyStaging(Path.GetTempPath(), new StoreSpace()));

    private static Envelope EnvelopeTo(params string[] recipients) => EnvelopeOf(_sender, recipients);

    private static Envelope EnvelopeOf(MailAddress? sender, params string[] recipients)
    {
        var envelope = new Envelope(sender, 0);
        foreach (string one in recipients) envelope.Add(new MailAddress(one.Split('@')[0], one.Split('@')[1]));
        return envelope;
    }

    private static string Domain(int length) => string.Concat(Enumerable.Range(0, length).Select(i => i % 50 == 49 && i != length - 1 ? '.' : 'd'));
}
