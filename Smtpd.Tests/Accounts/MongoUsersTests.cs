using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Mongo.Bson;
using Smtpd.Storage.Mongo;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Storage.Mongo;

namespace Smtpd.Tests.Accounts;

[TestFixture]
internal sealed class MongoUsersTests : UserStoreContract
{
    private readonly TemporaryFolder _folder = new();
    private MongoStore _store = null!;

    [SetUp]
    public void Open() => Store = _store = MongoStores.Open(_folder);

    [TearDown]
    public async Task Close()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
            await MongoStores.DropAsync(_folder);
        }
        _folder.Dispose();
    }

    private Task InsertAsync(Action<BsonWriter> write) => _store.Collection("Users").InsertAsync([Documents.Of(write)], default).AsTask();

    [Test]
    public async Task A_user_of_the_original_is_known_and_his_hash_is_replaced_by_a_better_one()
    {
        await InsertAsync(bson => bson.String("firstname"u8, "Ann").String("lastname"u8, "Other").String("username"u8, "ann").String("password"u8, "deadbeefb4b95d35b054d4faa0d238742dcfbbf68b30f5a8")
            .String("email"u8, "ann@local.test").Boolean("issuperuser"u8, true).Boolean("isactive"u8, true).DateTime("joinedat"u8, DateTimeOffset.UnixEpoch).Int32("logincount"u8, 3));
        User user = (await Store.FindUserAsync("ann", default))!;
        Assert.That((user.FullName, user.Email, user.IsSuperuser, user.IsDisabled), Is.EqualTo(("Ann Other", "ann@local.test", true, false)));
        Assert.That(user.Credential.Matches("secret", "secret"), Is.True);
        await Store.ChangeUserAsync("ann", now => now with { Credential = ScramCredential.Derive("secret", [1, 2, 3], 4096) }, default);
        BsonDocument kept = (await _store.Collection("Users").FindOneAsync(BsonDocument.Of("username"u8, "ann"), BsonDocument.Empty, default))!.Value;
        Assert.That((kept["password"u8].AsString(), kept["credential"u8].AsString()![..14], kept["logincount"u8].AsInt64()), Is.EqualTo(("", "SCRAM-SHA-256$", 3L)));
        Assert.That((await Store.FindUserAsync("ann", default))!.Credential, Is.InstanceOf<ScramCredential>());
    }

    [Test]
    public async Task A_password_that_another_program_sets_counts()
    {
        await Store.AddUserAsync(New("one"), default);
        await _store.Collection("Users").UpdateAsync([new(BsonDocument.Of("username"u8, "one"),
            Documents.Of(bson => bson.BeginDocument("$set"u8).String("password"u8, "deadbeefb4b95d35b054d4faa0d238742dcfbbf68b30f5a8").End()))], default);
        Assert.That((await Store.FindUserAsync("one", default))!.Credential.Matches("secret", "secret"), Is.True);
    }

    [Test]
    public async Task A_user_without_a_password_that_can_be_read_is_listed_and_cannot_sign_in()
    {
        await InsertAsync(bson => bson.String("username"u8, "odd").String("password"u8, "plain").Boolean("isactive"u8, true));
        Assert.That((await Store.ListUsersAsync(default)).Single().Name, Is.EqualTo("odd"));
    }
}
