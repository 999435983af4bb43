using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage.Reading;
using Smtpd.Web;

namespace Smtpd.Tests.Web;

/// <summary>Conditional requests, ranges and compression (RFC 9110 §12.5.3, §13, §14).</summary>
public sealed class DeliveryTests
{
    private static readonly byte[] s_text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i}\r\n")));

    private static readonly DateTimeOffset s_modified = new(2026, 9, 21, 14, 13, 20, 250, TimeSpan.Zero);

    private static HandlerFixture Serve(string type = "text/plain; charset=utf-8", byte[]? octets = null, bool seeks = true, bool mayBeCompressed = true) => new((_, _) =>
    {
        octets ??= s_text;
        Stream body = seeks ? new MemoryStream(octets) : new OneWayStream(octets);
        return new(new StreamAnswer(200, type, octets.Length, body) { EntityTag = "one.raw", LastModified = s_modified, MayBeCompressed = mayBeCompressed });
    });

    [TestCase("If-None-Match: \"one.raw\"", 304)]
    [TestCase("If-None-Match: W/\"one.raw\"", 304)]
    [TestCase("If-None-Match: \"other\", W/\"a,b\" , \"one.raw\"", 304)]
    [TestCase("If-None-Match: *", 304)]
    [TestCase("If-None-Match: \"one\"", 200)]
    [TestCase("If-None-Match: one.raw", 200)]
    [TestCase("If-None-Match: \"one.raw", 200)]
    [TestCase("If-None-Match:", 200)]
    [TestCase("If-Match: \"one.raw\"", 200)]
    [TestCase("If-Match: *", 200)]
    [TestCase("If-Match: W/\"one.raw\"", 412)]
    [TestCase("If-Match: \"other\"", 412)]
    [TestCase("If-Match: \"one.raw\"\r\nIf-None-Match: \"one.raw\"", 304)]
    [TestCase("If-Match: \"one.raw\"\r\nIf-Unmodified-Since: Mon, 21 Sep 2020 14:13:20 GMT", 200)]
    [TestCase("If-Modified-Since: Mon, 21 Sep 2026 14:13:20 GMT", 304)]
    [TestCase("If-Modified-Since: Monday, 21-Sep-26 14:13:20 GMT", 304)]
    [TestCase("If-Modified-Since: Mon Sep 21 14:13:20 2026", 304)]
    [TestCase("If-Modified-Since: Mon, 21 Sep 2026 14:13:19 GMT", 200)]
    [TestCase("If-Modified-Since: yesterday", 200)]
    [TestCase("If-Modified-Since: Mon, 21 Sep 2026 14:13:20 GMT\r\nIf-None-Match: \"other\"", 200)]
    [TestCase("If-Unmodified-Since: Mon, 21 Sep 2026 14:13:20 GMT", 200)]
    [TestCase("If-Unmodified-Since: Mon, 21 Sep 2026 14:13:19 GMT", 412)]
    public async Task What_a_client_has_is_not_sent_again(string condition, int status)
    {
        await using HandlerFixture web = Serve();
        foreach (string method in (string[])["GET", "HEAD"])
        {
            RawAnswer answer = await web.GetAsync(condition + "\r\n", method);
            Assert.That(answer.Status, Is.EqualTo(status));
            if (status == 412) continue;
            Assert.That((answer.Field("ETag"), answer.Field("Last-Modified"), answer.Field("Vary")), Is.EqualTo(("\"one.raw\"", "Mon, 21 Sep 2026 14:13:20 GMT", "Accept-Encoding")));
            Assert.That(answer.Body, Has.Length.EqualTo(status == 200 && method == "GET" ? s_text.Length : 0));
            Assert.That(answer.Field("Content-Length"), Is.EqualTo(status == 304 ? null : $"{s_text.Length}"));
            Assert.That(answer.Field("Content-Security-Policy"), Is.Not.Null);
        }
    }

    [TestCase("bytes=0-0", 0, 1)]
    [TestCase("bytes=10-19", 10, 10)]
    [TestCase("BYTES=10-19", 10, 10)]
    [TestCase("bytes=4880-", 4880, 10)]
    [TestCase("bytes=4880-99999999999999999999999999", 4880, 10)]
    [TestCase("bytes=-10", 4880, 10)]
    [TestCase("bytes=-99999999999999999999999999", 0, 4890)]
    [TestCase("bytes=0-", 0, 4890)]
    public async Task A_piece_is_sent_alone(string range, int first, int count)
    {
        Assert.That(s_text, Has.Length.EqualTo(4890));
        foreach (bool seeks in (bool[])[true, false])
        {
            await using HandlerFixture web = Serve(seeks: seeks);
            // What is coded has no ranges, so a client that asks for both gets the range.
            RawAnswer answer = await web.GetAsync($"Range: {range}\r\nAccept-Encoding: gzip\r\n");
            Assert.That((answer.Status, answer.Field("Content-Range"), answer.Field("Content-Length")), Is.EqualTo((206, $"bytes {first}-{first + count - 1}/4890", $"{count}")));
            Assert.That(answer.Body, Is.EqualTo(s_text[first..(first + count)]));
            Assert.That((answer.Field("ETag"), answer.Field("Accept-Ranges"), answer.Field("Content-Encoding")), Is.EqualTo(("\"one.raw\"", "bytes", (string?)null)));
            Assert.That(answer.Field("Content-Security-Policy"), Is.Not.Null);
        }
    }

    [TestCase("bytes=4890-")]
    [TestCase("bytes=99999999999999999999999-")]
    [TestCase("bytes=-0")]
    public async Task A_piece_behind_the_end_is_told_so(string range)
    {
        await using HandlerFixture web = Serve();
        RawAnswer answer = await web.GetAsync($"Range: {range}\r\n");
        Assert.That((answer.Status, answer.Field("Content-Range")), Is.EqualTo((416, "bytes */4890")));
        Assert.That(answer.Error(), Is.Not.Empty);
    }

    [TestCase("bytes=0-1,5-6")]
    [TestCase("bytes=5-4")]
    [TestCase("bytes=")]
    [TestCase("bytes=-")]
    [TestCase("bytes=a-b")]
    [TestCase("bytes=+1-2")]
    [TestCase("bytes 0-1")]
    [TestCase("lines=0-1")]
    [TestCase("")]
    public async Task What_is_no_single_range_gets_the_whole(string range)
    {
        await using HandlerFixture web = Serve();
        RawAnswer answer = await web.GetAsync($"Range: {range}\r\n");
        Assert.That((answer.Status, answer.Body.Length, answer.Field("Accept-Ranges")), Is.EqualTo((200, 4890, "bytes")));
        Assert.That((await web.GetAsync("Range: bytes=0-0\r\n", "HEAD")).Status, Is.EqualTo(200), "HEAD has no ranges");
    }

    [TestCase("\"one.raw\"", 206)]
    [TestCase("Mon, 21 Sep 2026 14:13:20 GMT", 206)]
    [TestCase("W/\"one.raw\"", 200)]
    [TestCase("\"other\"", 200)]
    [TestCase("Mon, 21 Sep 2026 14:13:21 GMT", 200)]
    [TestCase("nonsense", 200)]
    public async Task The_rest_of_something_else_is_not_sent(string condition, int status)
    {
        await using HandlerFixture web = Serve();
        Assert.That((await web.GetAsync($"Range: bytes=10-\r\nIf-Range: {condition}\r\n")).Status, Is.EqualTo(status));
    }

    [TestCase("gzip", "gzip")]
    [TestCase("GZIP", "gzip")]
    [TestCase("x-gzip", "gzip")]
    [TestCase("br", null)]
    [TestCase("gzip, deflate, br", "gzip")]
    [TestCase("gzip, deflate, br, zstd", "gzip")]
    [TestCase("gzip;q=1.0, br;q=0.5", "gzip")]
    [TestCase("gzip ; q=0.3 , br ; q=0.4", "gzip")]
    [TestCase("*", "gzip")]
    [TestCase("br;q=0, *", "gzip")]
    [TestCase("identity;q=0, gzip;q=0.001", "gzip")]
    [TestCase("identity;q=0.5, gzip;q=0.5", "gzip")]
    [TestCase("", null)]
    [TestCase("identity", null)]
    [TestCase("deflate", null)]
    [TestCase("gzip;q=0", null)]
    [TestCase("gzip;q=0.000, *;q=0, identity", null)]
    [TestCase("identity;q=1, gzip;q=0.5", null)]
    [TestCase("gzip;q=2, br;q=x, *;level=9", null)]
    public async Task Text_is_compressed_as_the_client_wishes(string accepted, string? coding)
    {
        await using HandlerFixture web = Serve();
        RawAnswer answer = await web.GetAsync($"Accept-Encoding: {accepted}\r\n");
        Assert.That((answer.Status, answer.Field("Content-Encoding"), answer.Field("Vary")), Is.EqualTo((200, coding, "Accept-Encoding")));
        Assert.That(answer.Field("ETag"), Is.EqualTo(coding is null ? "\"one.raw\"" : "W/\"one.raw\""));
        byte[] body = coding is null ? answer.Body : answer.Unchunked();
        if (coding is not null) Assert.That(body, Has.Length.LessThan(s_text.Length / 2));
        Assert.That(Decode(body, coding), Is.EqualTo(s_text));

        RawAnswer head = await web.GetAsync($"Accept-Encoding: {accepted}\r\n", "HEAD");
        Assert.That((head.Body.Length, head.Field("Content-Encoding"), head.Field("ETag"), head.Field("Content-Length")), Is.EqualTo((0, coding, answer.Field("ETag"), answer.Field("Content-Length"))));
        Assert.That((await web.GetAsync($"Accept-Encoding: {accepted}\r\nIf-None-Match: {answer.Field("ETag")}\r\n")).Field("ETag"), Is.EqualTo(answer.Field("ETag")));
        RawAnswer old = await web.GetAsync($"Accept-Encoding: {accepted}\r\n", minorVersion: 0);
        Assert.That(Decode(old.Body, coding), Is.EqualTo(s_text));
    }

    [Test]
    public async Task Who_accepts_nothing_gets_nothing()
    {
        await using HandlerFixture web = Serve();
        Assert.That((await web.GetAsync("Accept-Encoding: deflate, *;q=0\r\n")).Status, Is.EqualTo(406));
        Assert.That((await web.GetAsync("Accept-Encoding: identity;q=0\r\n")).Status, Is.EqualTo(406));
    }

    [Test]
    public async Task Little_text_pictures_and_secrets_are_sent_as_they_are()
    {
        await using HandlerFixture little = Serve(octets: new byte[1000]), picture = Serve("image/png"), unknown = Serve("application/octet-stream"), secret = Serve(mayBeCompressed: false);
        foreach (HandlerFixture web in (HandlerFixture[])[little, picture, unknown, secret])
        {
            RawAnswer answer = await web.GetAsync("Accept-Encoding: gzip, br\r\n");
            Assert.That((answer.Status, answer.Field("Content-Encoding"), answer.Field("Content-Length")), Is.EqualTo((200, (string?)null, $"{answer.Body.Length}")));
            Assert.That(answer.Field("Vary"), Is.EqualTo(web == little ? "Accept-Encoding" : null));
        }
    }

    [Test]
    public async Task Sources_and_parts_have_tags_of_their_own_and_give_pieces()
    {
        await using var web = new WebFixture();
        byte[] source = Encoding.ASCII.GetBytes("Subject: x\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Convert.ToBase64String(s_text));
        MessageSummary message = web.Store.Add(source);
        RawAnswer raw = await web.GetAsync("/api/v1/message/latest/raw", "Range: bytes=5-9\r\n"), part = await web.GetAsync("/api/v1/message/latest/part/1", "Range: bytes=100-109\r\n");
        Assert.That((raw.Status, part.Status), Is.EqualTo((206, 206)));
        Assert.That((raw.Body, part.Body), Is.EqualTo((source[5..10], s_text[100..110])));
        Assert.That(raw.Field("ETag"), Is.EqualTo($"\"{message.Id}.raw\"").And.Not.EqualTo(part.Field("ETag")));
        Assert.That(raw.Field("Last-Modified"), Is.EqualTo("Mon, 21 Sep 2026 14:13:20 GMT"));
        Assert.That((await web.GetAsync("/api/v1/message/latest/part/1", $"If-None-Match: {part.Field("ETag")}\r\n")).Status, Is.EqualTo(304));
        Assert.That((await web.GetAsync("/api/v1/message/latest/raw?dl=1", $"If-None-Match: {raw.Field("ETag")}\r\n")).Status, Is.EqualTo(304));
    }

    [TestCase("/")]
    [TestCase("/page.js")]
    [TestCase("/page.css")]
    [TestCase("/page/dom.js")]
    public async Task The_page_is_asked_about_and_not_sent_again(string file)
    {
        await using var web = new WebFixture();
        RawAnswer first = await web.GetAsync(file), again = await web.GetAsync(file, $"If-None-Match: {first.Field("ETag")}\r\n"), coded = await web.GetAsync(file, "Accept-Encoding: gzip\r\n");
        Assert.That((first.Status, again.Status, again.Body.Length), Is.EqualTo((200, 304, 0)));
        Assert.That(first.Field("Cache-Control"), Is.EqualTo("no-cache"));
        // A cache takes over the fields of a 304: another policy in it would be the page's from then on.
        foreach (string field in (string[])["Content-Security-Policy", "Cache-Control", "ETag", "Vary"]) Assert.That(again.Field(field), Is.EqualTo(first.Field(field)), field);
        Assert.That(Decode(coded.Unchunked(), "gzip"), Is.EqualTo(first.Body));
    }

    private static byte[] Decode(byte[] body, string? coding)
    {
        if (coding is null) return body;
        using var from = new MemoryStream(body);
        using var to = new MemoryStream();
        using var decoder = new GZipStream(from, CompressionMode.Decompress);
        decoder.CopyTo(to);
        return to.ToArray();
    }

    private sealed class OneWayStream(byte[] octets) : ForwardStream
    {
        private int _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = Math.Min(Math.Min(buffer.Length, 700), octets.Length - _at);
            octets.AsMemory(_at, count).CopyTo(buffer);
            _at += count;
            return new(count);
        }

        protected override ValueTask CloseAsync() => ValueTask.CompletedTask;
    }
}
