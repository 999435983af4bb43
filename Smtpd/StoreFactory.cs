using Smtpd.Configuration;
using Smtpd.Mongo;
using Smtpd.Operations;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Storage.Mongo;
using Smtpd.Storage.Spooling;
using Smtpd.Storage.Sqlite;

namespace Smtpd;

/// <summary>Opens what <c>datastore.storage</c> names: mail, users and block lists, which lie together, and the spool in front where there is one.</summary>
internal static class StoreFactory
{
    /// <exception cref="StoreException">It cannot be used; the text says why. A MongoDB that does not answer is no reason.</exception>
    public static Stores Open(Settings settings, TimeProvider clock, Log log)
    {
        DatastoreSettings datastore = settings.Datastore;
        switch (datastore.Storage)
        {
            case StorageKind.Memory:
                return new Stores(new MemoryStore(datastore.MemoryMaxBytes), new MemoryUsers(), new MemoryBlockList(clock));
            case StorageKind.Mongo:
                return OpenMongo(settings, datastore.Mongo!, clock, log);
            default:
                var sqlite = new SqliteStore(datastore.Path, datastore.MinFreeBytes, log);
                return new Stores(sqlite, sqlite, new SqliteBlockList(sqlite));
        }
    }

    /// <summary>The users alone, for the command that changes them while no server runs. Disposed of with the store.</summary>
    /// <exception cref="StoreException">See <see cref="Open"/>.</exception>
    public static Stores OpenUsers(Settings settings, TimeProvider clock, Log log)
    {
        if (settings.Datastore.Mongo is not { } mongo) return Open(settings, clock, log);
        MongoStore store = Connect(settings, mongo, clock, log);
        return new Stores(store, store, new MongoBlockList(store)) { IsShared = true };
    }

    private static Stores OpenMongo(Settings settings, MongoSettings mongo, TimeProvider clock, Log log)
    {
        // First what only one process can have.
        SqliteStore? spool = mongo.Spools ? new SqliteStore(mongo.SpoolPath, settings.Datastore.MinFreeBytes, log, isSearched: false) : null;
        MongoStore store = Connect(settings, mongo, clock, log);
        if (spool is null) return new Stores(store, store, new MongoBlockList(store)) { IsShared = true, Follow = store.Follow };
        var front = new SpoolingStore(store, spool, new SpoolSettings(mongo.Timeout, mongo.SpoolMostOctets, settings.Smtp.MailboxPlus), clock, log);
        return new Stores(front, store, new MongoBlockList(store)) { IsShared = true, Follow = store.Follow };
    }

    private static MongoStore Connect(Settings settings, MongoSettings mongo, TimeProvider clock, Log log)
    {
        try
        {
            MongoConnectionSettings connection = mongo.Connection with { Times = mongo.Connection.Times with { Silence = MongoStore.Silence } };
            return new MongoStore(new MongoClient(connection, clock, log), new MongoStoreSettings(mongo.Database, mongo.Collection)
            {
                Domain = settings.Smtp.Domain,
                StagingFolder = Path.GetDirectoryName(Path.GetFullPath(settings.Datastore.OwnFile))!,
                MinFreeBytes = settings.Datastore.MinFreeBytes,
                Timeout = mongo.Timeout,
            }, log);
        }
        catch (MongoException failure)
        {
            throw new StoreException($"datastore.mongo.uri: {failure.Message}", cause: failure);
        }
    }
}
