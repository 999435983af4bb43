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
    public async Task A_file_from_before_there_were_users_gets_their_tables()
    {
        await _store.DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText =
                """
                DROP TABLE user; DROP TABLE secret; DROP TABLE block; DROP TABLE bucket; DROP TABLE tag;
                DROP INDEX mailbox_of_domain; DROP INDEX message_starred; DROP INDEX message_unread; DROP INDEX message_read;
                ALTER TABLE domain DROP COLUMN newest; ALTER TABLE delivery ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
                PRAGMA user_version = 1
                """;
            command.ExecuteNonQuery();
        }
        Open();
        Assert.That(await Store.AddUserAsync(New("one"), default), Is.True);
    }
}
