using System.Security.Cryptography;
using Smtpd.Accounts;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// The users, in the original's collection and shape. What it lacked is in fields beside: <c>credential</c>, <c>sharedsecret</c>,
/// <c>mailboxes</c>, <c>domains</c>, <c>generation</c>, and <c>revision</c>, by which a change sees that nobody else made one meanwhile.
/// </summary>
internal sealed class MongoUsers(StoreCollection users, StoreCollection secrets) : IDisposable
{
    private const int DecoyOctets = 32;

    /// <summary>So often a change is made again because another process was faster.</summary>
    private const int MostTries = 50;

    /// <summary>The original's word for never: Go's zero time.</summary>
    private static readonly DateTimeOffset _never = DateTimeOffset.MinValue;

    /// <summary>Of what digest nothing is known: nobody signs in by it until an administrator gives him a password.</summary>
    private static readonly ScramCredential _nobodys = new(new byte[ScramCredential.SaltOctets], ScramCredential.StandardIterations, new byte[SHA256.HashSizeInBytes], new byte[SHA256.HashSizeInBytes]);

    private readonly StoreCollection _primary = users.Primary, _freshest = users.Freshest, _secrets = secrets.Freshest;
    private readonly SemaphoreSlim _changing = new(1);

    public async ValueTask<User?> FindAsync(string name, CancellationToken cancellation) =>
        await _freshest.FindOneAsync(BsonDocument.Of("username"u8, name), BsonDocument.Empty, cancellation).ConfigureAwait(false) is { } document ? Read(document) : null;

    /// <summary>Where the original let two have one name, the one that is found by it.</summary>
    public async ValueTask<IReadOnlyList<User>> ListAsync(CancellationToken cancellation) =>
        [.. (await _freshest.FindAllAsync(BsonDocument.Empty, FindOptions.None, cancellation).ConfigureAwait(false)).Select(Read).DistinctBy(user => user.Name).OrderBy(user => user.Name, StringComparer.Ordinal)];

    /// <summary>The original's users who see no mail, by <c>username</c>: nobody has said yet what is theirs, and there everybody saw all of it.</summary>
    public ValueTask<List<BsonDocument>> ListWithoutMailAsync(int most, CancellationToken cancellation) => _freshest.FindAllAsync(
        Documents.Of(bson => bson.Boolean("isactive"u8, true).BeginDocument("issuperuser"u8).Boolean("$ne"u8, true).End().Exists("mailboxes"u8, false).Exists("domains"u8, false)),
        new FindOptions { Projection = StoredMail.Make("username"), Limit = most }, cancellation);

    /// <summary>Without a unique index two processes that add the same name in the same moment might both succeed.</summary>
    public async ValueTask<bool> AddAsync(User user, CancellationToken cancellation)
    {
        BsonDocument added = Documents.Of(bson =>
        {
            bson.BeginDocument("$setOnInsert"u8);
            foreach (string field in (ReadOnlySpan<string>)["avatar", "website", "location", "tagline", "bio", "validatecode", "resetcode", "lastloginip"]) bson.String(System.Text.Encoding.ASCII.GetBytes(field), "");
            bson.DateTime("lastlogintime"u8, _never).Int64("logincount"u8, 0);
            WriteFields(bson, user);
            WritePlaces(bson, user);
            bson.Int64("revision"u8, 0).End();
        });
        UpdateResult result = await users.UpdateAsync([new UpdateStatement(BsonDocument.Of("username"u8, user.Name), added) { IsUpsert = true }], cancellation).ConfigureAwait(false);
        return result.HasUpserted;
    }

    public async ValueTask<bool> ChangeAsync(string name, Func<User, User> change, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            for (int tries = 0; tries < MostTries; tries++)
            {
                if (await _primary.FindOneAsync(BsonDocument.Of("username"u8, name), BsonDocument.Empty, cancellation).ConfigureAwait(false) is not { } document) return false;
                User changed = change(Read(document)) with { Name = name };
                BsonDocument asItWas = Documents.Of(bson =>
                {
                    bson.Element(document["_id"u8]);
                    if (document.Has("revision"u8)) bson.Element(document["revision"u8]);
                    else bson.Exists("revision"u8, false);
                    if (document.Has("password"u8)) bson.Element(document["password"u8]);
                });
                BsonDocument update = Documents.Of(bson =>
                {
                    bson.BeginDocument("$set"u8);
                    WriteFields(bson, changed);
                    // A user of the original stays one of whom nobody has said what is his.
                    if (document.Has("mailboxes"u8) || changed.Mailboxes.Count + changed.Domains.Count > 0) WritePlaces(bson, changed);
                    bson.End();
                    if (changed.SharedSecret is null) bson.BeginDocument("$unset"u8).String("sharedsecret"u8, "").End();
                    bson.BeginDocument("$inc"u8).Int64("revision"u8, 1).End();
                });
                if ((await users.UpdateAsync([new UpdateStatement(asItWas, update)], cancellation).ConfigureAwait(false)).Matched > 0) return true;
            }
            throw new StoreException($"{users.Name}: user {name} is changed by others all the time; try again");
        }
        finally
        {
            _changing.Release();
        }
    }

    public async ValueTask<bool> DeleteAsync(string name, CancellationToken cancellation) =>
        await users.DeleteAsync([new DeleteStatement(BsonDocument.Of("username"u8, name), IsMany: true)], cancellation).ConfigureAwait(false) > 0;

    /// <summary>Notes a sign-in as the original did.</summary>
    public async ValueTask NoteSignInAsync(string name, string client, DateTimeOffset now, CancellationToken cancellation)
    {
        BsonDocument update = Documents.Of(bson => bson.BeginDocument("$set"u8).DateTime("lastlogintime"u8, now).String("lastloginip"u8, client).End()
            .BeginDocument("$inc"u8).Int64("logincount"u8, 1).End());
        await users.UpdateAsync([new UpdateStatement(BsonDocument.Of("username"u8, name), update)], cancellation).ConfigureAwait(false);
    }

    public async ValueTask<byte[]> DecoyKeyAsync(CancellationToken cancellation)
    {
        BsonDocument filter = BsonDocument.Of("_id"u8, "decoy");
        if (await _secrets.FindOneAsync(filter, BsonDocument.Empty, cancellation).ConfigureAwait(false) is not { } found)
        {
            BsonDocument made = Documents.Of(bson => bson.BeginDocument("$setOnInsert"u8).Binary("value"u8, RandomNumberGenerator.GetBytes(DecoyOctets)).End());
            await secrets.UpdateAsync([new UpdateStatement(filter, made) { IsUpsert = true }], cancellation).ConfigureAwait(false);
            found = await _secrets.FindOneAsync(filter, BsonDocument.Empty, cancellation).ConfigureAwait(false) ?? throw new StoreException($"{secrets.Name}: the secret that was just written is not there");
        }
        return found["value"u8].AsBinary().ToArray();
    }

    /// <summary>The fields that this program changes.</summary>
    private static void WriteFields(BsonWriter bson, User user)
    {
        int blank = user.FullName.IndexOf(' ', StringComparison.Ordinal);
        bson.String("firstname"u8, blank < 0 ? user.FullName : user.FullName[..blank]).String("lastname"u8, blank < 0 ? "" : user.FullName[(blank + 1)..]).String("email"u8, user.Email);
        // A hash of the original's stays where the original looks for it; what replaces it is beside, and the weak one gone.
        bool isOriginal = user.Credential is OriginalCredential;
        bson.String("password"u8, isOriginal ? user.Credential.Text : "").String("credential"u8, isOriginal ? "" : user.Credential.Text);
        bson.DateTime("joinedat"u8, user.Created).Boolean("issuperuser"u8, user.IsSuperuser).Boolean("isactive"u8, !user.IsDisabled);
        if (user.SharedSecret is not null) bson.String("sharedsecret"u8, user.SharedSecret);
        bson.Int32("generation"u8, user.Generation);
    }

    private static void WritePlaces(BsonWriter bson, User user)
    {
        WriteTexts(bson, "mailboxes"u8, user.Mailboxes);
        WriteTexts(bson, "domains"u8, user.Domains);
    }

    private static void WriteTexts(BsonWriter bson, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        bson.BeginArray(name);
        for (int i = 0; i < texts.Count; i++) bson.String(default, texts[i]);
        bson.End();
    }

    public static User Read(BsonDocument document) => new(document["username"u8].AsString() ?? "", CredentialIn(document))
    {
        SharedSecret = document["sharedsecret"u8].AsString(),
        IsDisabled = !document["isactive"u8].AsBoolean(),
        IsSuperuser = document["issuperuser"u8].AsBoolean(),
        Mailboxes = Texts(document["mailboxes"u8].AsDocument()),
        Domains = Texts(document["domains"u8].AsDocument()),
        Created = document["joinedat"u8].AsDateTime(),
        Generation = document["generation"u8].AsInt32(),
        FullName = $"{document["firstname"u8].AsString()} {document["lastname"u8].AsString()}".TrimEnd(),
        Email = document["email"u8].AsString() ?? "",
    };

    /// <summary>A hash that another program has put into <c>password</c> is newer than ours: we leave none there.</summary>
    private static Credential CredentialIn(BsonDocument document)
    {
        if (OriginalCredential.TryParse(document["password"u8].AsString() ?? "", out OriginalCredential? original)) return original!;
        if (ScramCredential.TryParse(document["credential"u8].AsString() ?? "", out ScramCredential? scram)) return scram!;
        return _nobodys;
    }

    private static List<string> Texts(BsonDocument array)
    {
        var texts = new List<string>();
        foreach (BsonElement element in array)
            if (element.AsString() is { } text) texts.Add(text);
        return texts;
    }

    public void Dispose() => _changing.Dispose();
}
