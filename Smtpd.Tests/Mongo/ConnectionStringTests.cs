using NUnit.Framework;
using Smtpd.Mongo;

namespace Smtpd.Tests.Mongo;

public sealed class ConnectionStringTests
{
    [TestCase("127.0.0.1:27017", "127.0.0.1:27017", null, null, null)]
    [TestCase("db1,db2:27018", "db1:27017 db2:27018", null, null, null)]
    [TestCase("mail:secret@db1,db2/Smtpd", "db1:27017 db2:27017", "mail", "secret", "Smtpd")]
    [TestCase("mongodb://mail:secret@db1:27018/Smtpd?w=2", "db1:27018", "mail", "secret", "Smtpd")]
    [TestCase("MongoDB://Db1.Example.COM", "db1.example.com:27017", null, null, null)]
    [TestCase("[::1]:27018", "[::1]:27018", null, null, null)]
    [TestCase("db1,db1:27017,db2", "db1:27017 db2:27017", null, null, null)]
    public void The_originals_form_is_read(string text, string hosts, string? user, string? password, string? database)
    {
        MongoConnectionSettings settings = Read(text);
        Assert.That(string.Join(' ', settings.Hosts), Is.EqualTo(hosts));
        Assert.That(settings.Credential?.UserName, Is.EqualTo(user));
        Assert.That(settings.Credential?.Password, Is.EqualTo(password));
        Assert.That(settings.Database, Is.EqualTo(database));
        Assert.That(settings.Warnings, Is.Empty);
    }

    [Test]
    public void Options_of_the_originals_client_are_understood()
    {
        MongoConnectionSettings settings = Read("db1?connect=direct;maxPoolLimit=7");
        Assert.That(settings.DirectConnection);
        Assert.That(settings.Pool.Most, Is.EqualTo(7));
        Assert.That(settings.Warnings, Is.Empty);
    }

    [Test]
    public void Writes_are_safe_unless_the_string_says_otherwise()
    {
        Assert.That(Read("db1").WriteConcern, Is.EqualTo(new WriteConcern(null, "majority", true)));
        Assert.That(Read("db1/?w=1").WriteConcern, Is.EqualTo(new WriteConcern(1, null, true)));
        Assert.That(Read("db1/?journal=false").WriteConcern, Is.EqualTo(new WriteConcern(null, "majority", false)));
        Assert.That(Read("db1/?w=0").WriteConcern.IsAcknowledged, Is.False);
    }

    [Test]
    public void The_srv_form_names_no_host_and_switches_tls_on()
    {
        MongoConnectionSettings settings = Read("mongodb+srv://mail:p@cluster0.example.net/?srvServiceName=mail&srvMaxHosts=2");
        Assert.That(settings.Hosts, Is.Empty);
        Assert.That((settings.SrvHost, settings.SrvService, settings.SrvMaxHosts), Is.EqualTo(("cluster0.example.net", "mail", 2)));
        Assert.That(settings.Tls.IsOn);
        Assert.That(Read("mongodb+srv://cluster0.example.net/?tls=false").Tls.IsOn, Is.False);
        Assert.That(Problem("db1/?srvServiceName=mail"), Does.Contain("mongodb+srv"));
    }

    [Test]
    public void Unknown_options_and_bad_values_are_named_in_warnings()
    {
        MongoConnectionSettings settings = Read("db1/?Retrywrites=false&colour=blue&maxPoolSize=many&journal=perhaps");
        Assert.That(settings.RetryWrites, Is.False);
        Assert.That(settings.Warnings, Is.EqualTo(new[]
        {
            "option journal is neither true nor false and does nothing",
            "option maxPoolSize is not a whole number of at least 0 and does nothing",
            "option colour is not known and does nothing",
        }));
    }

    [TestCase("db1,db2:0", "host 2: the port is not a number from 1 to 65535")]
    [TestCase("db1,,db2", "host 2: there is no name")]
    [TestCase("[::1", "host 1: there is no name")]
    [TestCase("http://db1", "begins with neither mongodb:// nor mongodb+srv://")]
    [TestCase("mail:a%zz@db1", "the password: a percent sign that no two hexadecimal digits follow")]
    [TestCase("mail:%ff@db1", "the password: what is percent-encoded is no UTF-8")]
    [TestCase("db1/?w", "option 1 is not of the form name=value")]
    [TestCase("a:b@db1/?authMechanism=MONGODB-X509", "goes without a password")]
    public void What_is_wrong_is_said_with_its_place(string text, string problem) => Assert.That(Problem(text), Does.Contain(problem));

    [TestCase("mail:S3cret@t@db1")]
    [TestCase("mail:S3cret/x@db1")]
    [TestCase("mail:x/S3cret@db1")]
    [TestCase("mail:x?S3cret=1@db1")]
    [TestCase("mail:27017?S3cret=1@db1")]
    [TestCase("mail:S3cret?x@db1/y")]
    [TestCase("mail:S3cret#x@db1")]
    [TestCase("mail:S3cret:x@db1")]
    [TestCase("mail:S3cret%@db1")]
    [TestCase("mail:x%S3cret@db1")]
    [TestCase("mail:x,S3cret@db1,")]
    [TestCase("mail:S3cret@")]
    [TestCase("mail:S3cret")]
    [TestCase("mail:S3cret@db1/?tlsCertificateKeyFilePassword=S3cret&tls=perhaps&tls")]
    [TestCase("mail:S3cret@db1/?tlsCertificateKeyFilePassword=S3cret&tls=S3cret&readPreference=S3cret&readPreferenceTags=S3cret&maxPoolSize=S3cret&authMechanismProperties=S3cret")]
    public void No_error_no_warning_and_no_description_shows_a_password(string text)
    {
        bool isGood = ConnectionString.TryParse(text, out MongoConnectionSettings? settings, out string? problem);
        string said = isGood ? $"{settings} {settings!.Description} {settings.Credential} {settings.Tls} {settings.Unsupported} {string.Join(' ', settings.Warnings)}" : problem!;
        Assert.That(said, Is.Not.Empty.And.Not.Contain("S3cret").IgnoreCase);
    }

    [Test]
    public void What_this_client_cannot_do_is_named()
    {
        Assert.That(Read("a:b@db1/?authMechanism=PLAIN").Unsupported, Does.Contain("PLAIN is not supported"));
        Assert.That(Read("db1/?loadBalanced=true").Unsupported, Does.Contain("load balancer"));
        Assert.That(Read("db1").Unsupported, Is.Null);
    }

    private static MongoConnectionSettings Read(string text)
    {
        Assert.That(ConnectionString.TryParse(text, out MongoConnectionSettings? settings, out string? problem), problem);
        return settings!;
    }

    private static string Problem(string text)
    {
        Assert.That(ConnectionString.TryParse(text, out _, out string? problem), Is.False);
        return problem!;
    }
}
