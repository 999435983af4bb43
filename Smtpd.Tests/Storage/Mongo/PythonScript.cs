using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;
using TemporaryFolder = Smtpd.Tests.Operations.TemporaryFolder;

namespace Smtpd.Tests.Storage.Mongo;

/// <summary>Looks at a database, or fills it, with MongoDB's own client for Python.</summary>
internal static class PythonScript
{
    private const string Beginning =
        """
        import datetime, sys
        try:
            import bson, gridfs, pymongo
        except ImportError as absent:
            print(absent)
            sys.exit(77)
        from bson import ObjectId
        from bson.int64 import Int64
        db = pymongo.MongoClient(sys.argv[1])[sys.argv[2]]
        mails = db["Messages"]
        def same(found, wanted, what):
            assert found == wanted and type(found) == type(wanted), f"{what}: {found!r} ({type(found).__name__}), not {wanted!r} ({type(wanted).__name__})"

        """;

    /// <summary>The exit code that skips the test.</summary>
    private const int Absent = 77;

    public static Task<string> RunAsync(TemporaryFolder folder, string script, params string[] arguments) =>
        RunAsync(MongoStores.Server.ConnectionString(), MongoStores.DatabaseOf(folder), script, arguments);

    public static async Task<string> RunAsync(string server, string database, string script, params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync("/usr/bin/python3", ["-c", Beginning + script, server, database, .. arguments], TimeSpan.FromSeconds(120));
        if (run.ExitCode == Absent) Assert.Ignore($"needs python3-pymongo and python3-gridfs: {run.Output}");
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        return run.Output;
    }
}
