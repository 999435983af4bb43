using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Mongo;

namespace Smtpd.Tests.Configuration;

public sealed class MongoSettingsTests
{
    [Test]
    public void Every_key_has_a_default_and_the_spool_lies_beside_the_mail_file()
    {
        MongoSettings mongo = Configure.Good("""{ "datastore": { "storage": "mongodb", "path": "/srv/smtpd/mail.db" } }""").Datastore.Mongo!;
        Assert.That(mongo.Connection.Hosts, Is.EqualTo(new[] { new MongoHost("127.0.0.1", 27017) }));
        Assert.That((mongo.Database, mongo.Collection, mongo.Timeout), Is.EqualTo(("Smtpd", "Messages", TimeSpan.FromSeconds(5))));
        Assert.That((mongo.Spools, mongo.SpoolPath, mongo.SpoolMostOctets), Is.EqualTo((true, "/srv/smtpd/spool.db", 10_737_418_240)));
        Assert.That(mongo.Connection.WriteConcern, Is.EqualTo(WriteConcern.Safe));
    }

    [Test]
    public void All_keys_are_read_from_json_and_ini()
    {
        Settings json = Configure.Good("""
            { "datastore": { "storage": "mongodb", "mongo.uri": "mongodb://a:b@db1,db2/?replicaSet=rs&w=2", "mongo.db": "Post", "mongo.coll": "In",
              "mongo.timeout": 9, "mongo.spool": false, "mongo.spool.path": "/var/spool/smtpd.db", "mongo.spool.max.bytes": 1048576 } }
            """);
        Settings ini = Configure.Good("[datastore]\nstorage=mongodb\nmongo.uri=a:b@db1,db2/?replicaSet=rs&w=2\nmongo.db=Post\nmongo.coll=In\nmongo.timeout=9\nmongo.spool=no\nmongo.spool.path=/var/spool/smtpd.db\nmongo.spool.max.bytes=1048576\n");
        foreach (MongoSettings mongo in (MongoSettings[])[json.Datastore.Mongo!, ini.Datastore.Mongo!])
        {
            Assert.That(mongo.Connection.Description, Is.EqualTo("mongodb://db1:27017,db2:27017"));
            Assert.That((mongo.Connection.ReplicaSet, mongo.Connection.Credential!.UserName, mongo.Connection.WriteConcern.Members), Is.EqualTo(("rs", "a", 2)));
            Assert.That((mongo.Database, mongo.Collection, mongo.Timeout), Is.EqualTo(("Post", "In", TimeSpan.FromSeconds(9))));
            Assert.That((mongo.Spools, mongo.SpoolPath, mongo.SpoolMostOctets), Is.EqualTo((false, "/var/spool/smtpd.db", 1_048_576)));
        }
    }

    [Test]
    public void Another_store_looks_at_none_of_it()
    {
        Settings settings = Configure.Good("""{ "datastore": { "storage": "sqlite", "mongo.uri": "http://nonsense::", "mongo.db": "" } }""");
        Assert.That(settings.Datastore.Mongo, Is.Null);
        Assert.That(settings.Datastore.OwnFile, Is.EqualTo(settings.Datastore.Path));
    }

    [TestCase("mongo.uri", "mail:S3cret@@db", "datastore.mongo.uri: the user name or the password holds an @, which is written %40")]
    [TestCase("mongo.uri", "db1,db2:0", "datastore.mongo.uri: host 2: the port is not a number from 1 to 65535")]
    [TestCase("mongo.uri", "db/?w=0", "datastore.mongo.uri: option w: with 0")]
    [TestCase("mongo.uri", "db/?loadBalanced=true", "datastore.mongo.uri: option loadBalanced: a load balancer")]
    [TestCase("mongo.uri", "a:S3cret@db/?authMechanism=PLAIN", "datastore.mongo.uri: option authMechanism: PLAIN is not supported")]
    [TestCase("mongo.uri", "db/?tls=true&tlsCAFile=/nowhere/ca.pem", "datastore.mongo.uri: option tlsCAFile: \"/nowhere/ca.pem\" is not there")]
    [TestCase("mongo.db", "a.b", "datastore.mongo.db: \"a.b\" is no name of a database")]
    [TestCase("mongo.coll", "system.users", "datastore.mongo.coll: \"system.users\" is no name of a collection")]
    public void What_cannot_work_is_an_error_without_secrets(string key, string value, string error)
    {
        IReadOnlyList<string> errors = Configure.From($$"""{ "datastore": { "storage": "mongodb", "{{key}}": "{{value}}" } }""").Errors;
        Assert.That(errors, Has.Count.EqualTo(1));
        Assert.That(errors[0], Does.Contain(error).And.Not.Contain("S3cret"));
    }

    [Test]
    public void What_deserves_a_word_is_said_and_the_report_shows_hosts_and_no_secret()
    {
        ConfigurationReading reading = Configure.From("""{ "datastore": { "storage": "mongodb", "mongo.uri": "mail:S3cret@db1/?colour=blue&w=1" } }""");
        string report = ConfigurationReport.Describe(reading);
        Assert.That(report, Does.Contain("datastore.mongo.uri = mongodb://db1:27017 as mail of admin by SCRAM  (smtpd.conf:1)"));
        Assert.That(report, Does.Contain("warning: smtpd.conf:1: datastore.mongo.uri: option colour is not known and does nothing"));
        Assert.That(report, Does.Contain("warning: smtpd.conf:1: datastore.mongo.uri: a message may be lost with one server"));
        Assert.That(report, Does.Contain("note: smtpd.conf:1: datastore.mongo.uri: the password is proved without being sent, but mail goes to other computers in clear"));
        Assert.That(report, Does.Not.Contain("S3cret"));
    }
}
