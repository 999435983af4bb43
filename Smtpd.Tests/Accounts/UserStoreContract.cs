using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Storage.Memory;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Accounts;

/// <summary>What every store of users does alike.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal abstract class UserStoreContract
{
    protected IUserStore Store { get; set; } = null!;

    protected static User New(string name) => new(name, ScramCredential.Derive("secret", [1, 2, 3], 4096)) { Created = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero) };

    [Test]
    public async Task A_user_is_found_with_all_that_is_known_of_him()
    {
        User user = New("zoë") with { SharedSecret = "s", IsDisabled = true, IsSuperuser = true, Mailboxes = ["a@b.test", "c@d.test"], Domains = ["e.test"] };
        Assert.That(await Store.AddUserAsync(user, default), Is.True);
        User? found = await Store.FindUserAsync("zoë", default);
        Assert.That(found, Is.Not.Null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((found!.Name, found.Credential.Text, found.SharedSecret, found.IsDisabled, found.IsSuperuser, found.Created),
                Is.EqualTo((user.Name, user.Credential.Text, user.SharedSecret, user.IsDisabled, user.IsSuperuser, user.Created)));
            Assert.That(found.Mailboxes, Is.EqualTo(user.Mailboxes));
            Assert.That(found.Domains, Is.EqualTo(user.Domains));
            Assert.That(await Store.FindUserAsync("Zoë", default), Is.Null, "case counts");
        }
    }

    [Test]
    public async Task A_name_is_given_once_and_changes_and_deletion_say_whether_it_is_there()
    {
        Assert.That(await Store.AddUserAsync(New("one"), default), Is.True);
        Assert.That(await Store.AddUserAsync(New("one") with { IsSuperuser = true }, default), Is.False);
        Assert.That((await Store.FindUserAsync("one", default))!.IsSuperuser, Is.False);
        Assert.That(await Store.ChangeUserAsync("one", user => user with { Name = "other", IsDisabled = true }, default), Is.True);
        Assert.That((await Store.FindUserAsync("one", default))!.IsDisabled, Is.True, "the name stays");
        Assert.That(await Store.ChangeUserAsync("two", user => user, default), Is.False);
        Assert.That(await Store.DeleteUserAsync("one", default), Is.True);
        Assert.That(await Store.DeleteUserAsync("one", default), Is.False);
        Assert.That(await Store.ListUsersAsync(default), Is.Empty);
    }

    [Test]
    public async Task Users_are_listed_by_name()
    {
        foreach (string name in (string[])["b", "a", "c"]) await Store.AddUserAsync(New(name), default);
        Assert.That((await Store.ListUsersAsync(default)).Select(user => user.Name), Is.EqualTo(new[] { "a", "b", "c" }));
    }

    [Test]
    public async Task Changes_at_once_all_count()
    {
        await Store.AddUserAsync(New("one"), default);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Store.ChangeUserAsync("one", user => user with { Mailboxes = [.. user.Mailboxes, $"{i}@a.test"] }, default).AsTask()));
        Assert.That((await Store.FindUserAsync("one", default))!.Mailboxes, Has.Count.EqualTo(20));
    }

    protected static Ticket Ticket(byte first, TicketKind kind = TicketKind.Session, string user = "one") =>
        new(Enumerable.Repeat(first, 32).ToArray(), user, kind) { Created = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero) };

    [Test]
    public async Task A_ticket_is_found_with_its_user_and_all_that_is_known_of_it()
    {
        await Store.AddUserAsync(New("one") with { Generation = 3, FullName = "Zoë Q", Email = "zoe@example.com" }, default);
        Ticket ticket = Ticket(1) with { Generation = 3, Note = "n", Expires = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero), LastUsed = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero) };
        long? id = await Store.AddTicketAsync(ticket, default);
        (Ticket found, User user) = (await Store.FindTicketAsync(ticket.Digest, default))!.Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Digest, Is.EqualTo(ticket.Digest));
            Assert.That((found.Id, found.User, found.Kind, found.Generation, found.Note, found.Created, found.Expires, found.LastUsed),
                Is.EqualTo((id, ticket.User, ticket.Kind, ticket.Generation, ticket.Note, ticket.Created, ticket.Expires, ticket.LastUsed)));
            Assert.That((user.Name, user.Generation, user.FullName, user.Email), Is.EqualTo(("one", 3, "Zoë Q", "zoe@example.com")));
            Assert.That(await Store.FindTicketAsync(Ticket(2).Digest, default), Is.Null);
        }
    }

    [Test]
    public async Task A_session_is_kept_for_users_who_are_there_enabled_and_of_its_generation()
    {
        await Store.AddUserAsync(New("one") with { Generation = 2 }, default);
        Assert.That(await Store.AddTicketAsync(Ticket(1) with { Generation = 1 }, default), Is.Null);
        Assert.That(await Store.AddTicketAsync(Ticket(1, user: "two"), default), Is.Null);
        Assert.That(await Store.AddTicketAsync(Ticket(2, TicketKind.Token, "two"), default), Is.Null);
        Assert.That(await Store.AddTicketAsync(Ticket(3) with { Generation = 2 }, default), Is.Not.Null);
        await Store.ChangeUserAsync("one", user => user with { IsDisabled = true }, default);
        Assert.That(await Store.AddTicketAsync(Ticket(4) with { Generation = 2 }, default), Is.Null);
        Assert.That(await Store.AddTicketAsync(Ticket(5, TicketKind.Token), default), Is.Not.Null, "for when he is enabled again");
    }

    [Test]
    public async Task Tickets_are_listed_touched_and_deleted_by_user_and_kind()
    {
        await Store.AddUserAsync(New("one"), default);
        await Store.AddUserAsync(New("two"), default);
        long one = (await Store.AddTicketAsync(Ticket(1, TicketKind.Token), default))!.Value, two = (await Store.AddTicketAsync(Ticket(2, TicketKind.Token), default))!.Value;
        long other = (await Store.AddTicketAsync(Ticket(3, TicketKind.Token, "two"), default))!.Value;
        await Store.AddTicketAsync(Ticket(4), default);
        Assert.That((await Store.ListTicketsAsync("one", TicketKind.Token, default)).Select(ticket => ticket.Id), Is.EqualTo(new[] { one, two }));
        var used = new DateTimeOffset(2026, 11, 23, 1, 2, 3, TimeSpan.Zero);
        await Store.TouchTicketAsync(two, used, used.AddDays(1), default);
        Ticket touched = (await Store.FindTicketAsync(Ticket(2).Digest, default))!.Value.Ticket;
        Assert.That((touched.LastUsed, touched.Expires), Is.EqualTo(((DateTimeOffset?)used, (DateTimeOffset?)used.AddDays(1))));
        Assert.That(await Store.DeleteTicketsAsync("one", TicketKind.Token, other, default), Is.Zero, "another's");
        Assert.That(await Store.DeleteTicketsAsync("one", TicketKind.Token, one, default), Is.EqualTo(1));
        Assert.That(await Store.DeleteTicketsAsync("one", TicketKind.Token, null, default), Is.EqualTo(1));
        Assert.That(await Store.FindTicketAsync(Ticket(4).Digest, default), Is.Not.Null, "the other kind");
        Assert.That(await Store.FindTicketAsync(Ticket(3).Digest, default), Is.Not.Null, "the other user");
    }

    [Test]
    public async Task Tickets_go_with_their_user_and_when_they_have_expired()
    {
        await Store.AddUserAsync(New("one"), default);
        await Store.AddUserAsync(New("two"), default);
        var end = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
        await Store.AddTicketAsync(Ticket(1) with { Expires = end }, default);
        await Store.AddTicketAsync(Ticket(2) with { Expires = end }, default);
        await Store.AddTicketAsync(Ticket(3, user: "two") with { Expires = end.AddMilliseconds(1) }, default);
        await Store.AddTicketAsync(Ticket(4, TicketKind.Token), default);
        Assert.That(await Store.DeleteExpiredTicketsAsync(end.AddMilliseconds(-1), default), Is.Empty);
        Assert.That(await Store.DeleteExpiredTicketsAsync(end, default), Is.EqualTo(new[] { "one" }));
        Assert.That(await Store.FindTicketAsync(Ticket(3).Digest, default), Is.Not.Null);
        await Store.DeleteUserAsync("one", default);
        await Store.AddUserAsync(New("one"), default);
        Assert.That(await Store.FindTicketAsync(Ticket(4).Digest, default), Is.Null);
        Assert.That(await Store.ListTicketsAsync("one", TicketKind.Token, default), Is.Empty);
    }

    [Test]
    public async Task A_user_has_so_many_tickets_and_no_more()
    {
        await Store.AddUserAsync(New("one"), default);
        for (byte i = 0; i < ITicketStore.MostSessions + 5; i++) Assert.That(await Store.AddTicketAsync(Ticket(i), default), Is.Not.Null);
        Assert.That(await Store.ListTicketsAsync("one", TicketKind.Session, default), Has.Count.EqualTo(ITicketStore.MostSessions));
        Assert.That(await Store.FindTicketAsync(Ticket(4).Digest, default), Is.Null, "the oldest goes");
        Assert.That(await Store.FindTicketAsync(Ticket(5).Digest, default), Is.Not.Null);
        for (byte i = 0; i < ITicketStore.MostTokens; i++) Assert.That(await Store.AddTicketAsync(Ticket((byte)(110 + i), TicketKind.Token), default), Is.Not.Null);
        Assert.That(await Store.AddTicketAsync(Ticket(255, TicketKind.Token), default), Is.Null);
    }

    [Test]
    public async Task The_key_for_decoys_stays()
    {
        byte[] key = await Store.DecoyKeyAsync(default);
        Assert.That(key, Has.Length.EqualTo(32));
        Assert.That(await Store.DecoyKeyAsync(default), Is.EqualTo(key));
    }
}

[TestFixture]
internal sealed class MemoryUsersTests : UserStoreContract
{
    [SetUp]
    public void Open() => Store = new MemoryUsers();
}

[TestFixture]
internal sealed class SqliteUsersTests : UserStoreContract
{
    private readonly TemporaryFolder _folder = new();
    private SqliteStore _store = null!;

    private string FilePath => _folder["mail.db"];

    [SetUp]
    public void Open() => Store = _store = new SqliteStore(FilePath, 0, new ListLog());

    [TearDown]
    public async Task Close()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Users_and_the_key_are_there_after_a_restart()
    {
        await Store.AddUserAsync(New("one"), default);
        byte[] key = await Store.DecoyKeyAsync(default);
        await _store.DisposeAsync();
        Open();
        Assert.That(await Store.FindUserAsync("one", default), Is.Not.Null);
        Assert.That(await Store.DecoyKeyAsync(default), Is.EqualTo(key));
    }

    [Test]
    public async Task A_file_from_before_there_were_sessions_keeps_its_users_and_gets_their_table()
    {
        await Store.AddUserAsync(New("one"), default);
        await _store.DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "DROP INDEX message_unread; DROP INDEX message_read; DROP TRIGGER user_gone; DROP TABLE ticket; ALTER TABLE user DROP COLUMN generation; ALTER TABLE user DROP COLUMN full_name; ALTER TABLE user DROP COLUMN email; PRAGMA user_version = 4";
            command.ExecuteNonQuery();
        }
        Open();
        Assert.That((await Store.FindUserAsync("one", default))!.Generation, Is.Zero);
        Assert.That(await Store.AddTicketAsync(Ticket(1), default), Is.Not.Null);
    }
}
