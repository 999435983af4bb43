using System.Text;
using NUnit.Framework;
using Smtpd.Smtp;
using SmtpCommandLine = Smtpd.Smtp.CommandLine;

namespace Smtpd.Tests.Smtp;

public sealed class CommandLineTests
{
    [TestCase("HELO client.test", nameof(Verb.Helo), "client.test")]
    [TestCase("EHLO client.test", nameof(Verb.Ehlo), "client.test")]
    [TestCase("eHlO client.test", nameof(Verb.Ehlo), "client.test")]
    [TestCase("MAIL FROM:<a@example.com> SIZE=1", nameof(Verb.Mail), "FROM:<a@example.com> SIZE=1")]
    [TestCase("RCPT\tTO:<a@example.com>", nameof(Verb.Rcpt), "TO:<a@example.com>")]
    [TestCase("DATA", nameof(Verb.Data), "")]
    [TestCase("data   ", nameof(Verb.Data), "")]
    [TestCase("RSET \t", nameof(Verb.Rset), "")]
    [TestCase("NOOP  a  b ", nameof(Verb.Noop), "a  b")]
    [TestCase("VRFY a", nameof(Verb.Vrfy), "a")]
    [TestCase("EXPN a", nameof(Verb.Expn), "a")]
    [TestCase("HELP", nameof(Verb.Help), "")]
    [TestCase("QUIT", nameof(Verb.Quit), "")]
    [TestCase("STARTTLS", nameof(Verb.StartTls), "")]
    [TestCase("starttls", nameof(Verb.StartTls), "")]
    [TestCase("AUTH PLAIN", nameof(Verb.Auth), "PLAIN")]
    [TestCase("SEND FROM:<a@example.com>", nameof(Verb.Refused), "FROM:<a@example.com>")]
    [TestCase("SOML", nameof(Verb.Refused), "")]
    [TestCase("SAML", nameof(Verb.Refused), "")]
    [TestCase("TURN", nameof(Verb.Refused), "")]
    [TestCase("ETRN x", nameof(Verb.Refused), "x")]
    [TestCase("BDAT 5 LAST", nameof(Verb.Bdat), "5 LAST")]
    public void A_command_is_split_into_verb_and_argument(string line, string verb, string argument)
    {
        SmtpCommandLine command = SmtpCommandLine.Parse(Encoding.ASCII.GetBytes(line));
        Assert.That((command.Verb.ToString(), Encoding.ASCII.GetString(command.Argument)), Is.EqualTo((verb, argument)));
    }

    [TestCase("")]
    [TestCase("   ")]
    [TestCase(" DATA")]
    [TestCase("DAT")]
    [TestCase("DATAX")]
    [TestCase("DATA:")]
    [TestCase("HELO:client.test")]
    [TestCase("STARTTLSX")]
    [TestCase("GET / HTTP/1.1")]
    [TestCase("X-ANYTHING")]
    public void Anything_else_is_an_unknown_command(string line) => Assert.That(SmtpCommandLine.Parse(Encoding.ASCII.GetBytes(line)).Verb, Is.EqualTo(Verb.Unknown));

    /// <summary>Four octets are compared as one number with the case bit off; no octet but the letter's two cases may pass.</summary>
    [Test]
    public void Only_the_two_cases_of_each_letter_are_the_letter()
    {
        for (int place = 0; place < 4; place++)
            for (int octet = 0; octet < 256; octet++)
            {
                byte[] word = "DATA"u8.ToArray();
                bool isLetter = (octet | 0x20) == (word[place] | 0x20) && char.IsAsciiLetter((char)octet);
                word[place] = (byte)octet;
                if (octet is ' ' or '\t') continue;
                Assert.That(SmtpCommandLine.Parse(word).Verb == Verb.Data, Is.EqualTo(isLetter), $"octet {octet} at {place}");
            }
    }
}
