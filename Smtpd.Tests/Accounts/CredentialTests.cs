using NUnit.Framework;
using Smtpd.Accounts;

namespace Smtpd.Tests.Accounts;

public sealed class CredentialTests
{
    [Test]
    public void A_credential_reads_back_and_knows_its_password_only()
    {
        ScramCredential made = ScramCredential.Derive("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
        Assert.That(made.Text, Is.EqualTo("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="));
        Credential read = Credential.Parse(made.Text);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Text, Is.EqualTo(made.Text));
            Assert.That(read.Matches("pencil", "pencil"), Is.True);
            Assert.That(read.Matches("pencils", "pencils"), Is.False);
            Assert.That(read.IsOutdated, Is.True, "fewer rounds than today");
        }
    }

    [Test]
    public void A_new_credential_has_a_salt_of_its_own_and_todays_rounds()
    {
        ScramCredential one = ScramCredential.Make("secret"), other = ScramCredential.Make("secret");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(one.Salt, Has.Length.EqualTo(16).And.Not.EqualTo(other.Salt));
            Assert.That(one.Iterations, Is.EqualTo(600_000));
            Assert.That(one.IsOutdated, Is.False);
            Assert.That(one.Text, Does.Not.Contain("secret"));
        }
    }

    [Test]
    public void The_originals_hash_is_known()
    {
        Credential original = Credential.Parse("deadbeefb4b95d35b054d4faa0d238742dcfbbf68b30f5a8");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(original, Is.TypeOf<OriginalCredential>());
            Assert.That(original.Matches("secret", "secret"), Is.True);
            Assert.That(original.Matches("Secret", "Secret"), Is.False);
            Assert.That(original.IsOutdated, Is.True);
        }
    }

    [TestCase("")]
    [TestCase("secret")]
    [TestCase("deadbeefb4b95d35b054d4faa0d238742dcfbbf68b30f5a")]
    [TestCase("deadbeefB4B95D35B054D4FAA0D238742DCFBBF68B30F5A8")]
    [TestCase("SCRAM-SHA-256$0:AAAA$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")]
    [TestCase("SCRAM-SHA-256$999999999:AAAA$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")]
    [TestCase("SCRAM-SHA-256$4096:AAAA$AAAA:AAAA")]
    [TestCase("SCRAM-SHA-256$4096:$$")]
    public void Other_text_is_no_credential(string text) => Assert.That(() => Credential.Parse(text), Throws.TypeOf<InvalidDataException>());

    [TestCase("name", "name")]
    [TestCase("I\u00ADX", "IX")]
    [TestCase("\u00AA", "a")]
    [TestCase("e\u0301", "\u00E9")]
    public void Names_and_passwords_are_prepared(string text, string expected)
    {
        Assert.That(Prepared.TryPrepare(text, out string? prepared), Is.True);
        Assert.That(prepared, Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("a\u0007b")]
    [TestCase("\u00AD")]
    public void What_no_name_may_hold_is_refused(string text) => Assert.That(Prepared.TryPrepare(text, out _), Is.False);
}
