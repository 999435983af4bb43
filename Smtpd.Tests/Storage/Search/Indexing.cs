using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage.Sqlite;

namespace Smtpd.Tests.Storage.Search;

/// <summary>Waits for the index, which is made behind the mail.</summary>
internal static class Indexing
{
    public static void Await(SqliteStore store, MessageId newest, int seconds = 60)
    {
        store.Tend(idle: true);
        Assert.That(() => store.SearchedTo, Is.EqualTo(newest).After(seconds).Seconds.PollEvery(2).MilliSeconds);
    }
}
