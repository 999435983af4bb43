using NUnit.Framework;
using Smtpd.Tests.Storage.Mongo;

namespace Smtpd.Tests;

/// <summary>Ends the MongoDB server that tests have shared, if any did.</summary>
[SetUpFixture]
internal sealed class MongoServerEnd
{
    [OneTimeTearDown]
    public Task StopAsync() => MongoStores.StopAsync();
}
