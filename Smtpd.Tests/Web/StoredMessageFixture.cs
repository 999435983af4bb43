using System.Net;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Storage;
using Smtpd.Web;

namespace Smtpd.Tests.Web;

/// <summary>A web server over one of the real stores, and a way to put messages into it.</summary>
internal sealed class StoredMessageFixture : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly BodyStaging _staging;
    private readonly MessageIdSource _ids = new(default, TimeProvider.System);
    private readonly WebServer _server;
    private readonly ListLog _log = new();

    public StoredMessageFixture(string kind)
    {
        Store = kind == "memory" ? new MemoryStore(1024L * 1024 * 1024) : new SqliteStore(Path.Combine(_folder.Root, "mail.db"), 0, _log);
        _staging = new BodyStaging(_folder.Root, Store.Space);
        _server = new WebServer(new WebSettings([new ListenAddress(IPEndPoint.Parse("127.0.0.1:0"), false)], "/", WebAuthentication.Auto, 20), Store, new MailFeed(), new WebSurroundings(() => true, () => null, KeepsMail: true), _log);
        _server.Start();
    }

    public IMailStore Store { get; }

    public MessageId Keep(byte[] source)
    {
        using ReceivedMail mail = Mails.New(_staging, source);
        while (!Store.WriteAhead(mail)) { }
        mail.GiveId(_ids.Next());
        Store.Commit([mail]);
        return mail.Id;
    }

    public Task<RawAnswer> GetAsync(string target, string method = "GET") =>
        RawHttp.ExchangeAsync(new IPEndPoint(IPAddress.Loopback, _server.EndPoints[0].Port), $"{method} {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    public async Task<JsonElement> GetJsonAsync(string target)
    {
        RawAnswer answer = await GetAsync(target);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        return JsonDocument.Parse(answer.Body).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await Store.DisposeAsync();
        _staging.Dispose();
        _folder.Dispose();
    }
}
