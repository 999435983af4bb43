using System.Text;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Smtp;

namespace Smtpd.Tests.Smtp;

public sealed class PathReaderTests
{
    [TestCase("FROM:<a@example.com>", "a@example.com", "")]
    [TestCase("from:<a@example.com>", "a@example.com", "")]
    [TestCase("FROM: <a@example.com>", "a@example.com", "")]
    [TestCase("FROM:<a@example.com> SIZE=1 BODY=7BIT", "a@example.com", "SIZE=1 BODY=7BIT")]
    [TestCase("FROM:<a@example.com>\t SIZE=1  ", "a@example.com", "SIZE=1")]
    [TestCase("FROM:<\"a>b\"@example.com> X", "\"a>b\"@example.com", "X")]
    [TestCase("FROM:<\"a\\\">b\"@example.com>", "\"a\\\">b\"@example.com", "")]
    [TestCase("FROM:<@one.test:a@example.com>", "a@example.com", "")]
    [TestCase("FROM:<@one.test,@two.test:a@example.com>", "a@example.com", "")]
    [TestCase("FROM:<@one.test:\"a:b\"@example.com>", "\"a:b\"@example.com", "")]
    [TestCase("FROM:<a@[IPv6:::1]>", "a@[IPv6:::1]", "")]
    [TestCase("FROM:<postmaster>", "postmaster", "")]
    [TestCase("FROM:<PostMaster> X", "PostMaster", "X")]
    public void A_path_gives_its_mailbox_and_what_follows(string argument, string mailbox, string parameters)
    {
        Assert.That(Read(argument, out MailAddress? address, out string rest), Is.EqualTo(PathError.None));
        Assert.That((address?.ToString(), rest), Is.EqualTo((mailbox, parameters)));
    }

    [TestCase("FROM:<>", "")]
    [TestCase("FROM:<> SIZE=1", "SIZE=1")]
    public void The_null_path_is_no_mailbox(string argument, string parameters)
    {
        Assert.That(Read(argument, out MailAddress? address, out string rest), Is.EqualTo(PathError.None));
        Assert.That((address, rest), Is.EqualTo(((MailAddress?)null, parameters)));
    }

    [TestCase("")]
    [TestCase("FROM")]
    [TestCase("FROM:")]
    [TestCase("FROM: ")]
    [TestCase("FROM :<a@example.com>")]
    [TestCase("TO:<a@example.com>")]
    [TestCase("<a@example.com>")]
    [TestCase("FROM:a@example.com")]
    [TestCase("FROM:\t<a@example.com>")]
    [TestCase("FROM:\"A\" <a@example.com>")]
    public void An_argument_without_a_path_is_bad_syntax(string argument) => Assert.That(Read(argument, out _, out _), Is.EqualTo(PathError.Syntax));

    [TestCase("FROM:<")]
    [TestCase("FROM:<a@example.com")]
    [TestCase("FROM:<\"a@example.com>")]
    [TestCase("FROM:<a@example.com>X")]
    [TestCase("FROM:<a@example.com>>")]
    [TestCase("FROM:<<a@example.com>>")]
    [TestCase("FROM:< >")]
    [TestCase("FROM:< a@example.com>")]
    [TestCase("FROM:<a>")]
    [TestCase("FROM:<@example.com>")]
    [TestCase("FROM:<@one.test:>")]
    [TestCase("FROM:<@:a@example.com>")]
    [TestCase("FROM:<@one.test,two.test:a@example.com>")]
    [TestCase("FROM:<@one.test,:a@example.com>")]
    [TestCase("FROM:<@one..test:a@example.com>")]
    [TestCase("FROM:<one.test:a@example.com>")]
    [TestCase("FROM:<postmaster@>")]
    public void A_path_with_something_else_in_it_is_a_bad_address(string argument)
    {
        Assert.That(Read(argument, out MailAddress? address, out _), Is.EqualTo(PathError.BadAddress));
        Assert.That(address, Is.Null);
    }

    [TestCase("FROM:<jürgen@example.com> SMTPUTF8", "jürgen@example.com")]
    [TestCase("FROM:<a@bücher.example> SMTPUTF8", "a@bücher.example")]
    [TestCase("FROM:<\"a>ü\"@bücher.example> SMTPUTF8", "\"a>ü\"@bücher.example")]
    public void Letters_beyond_ASCII_are_letters(string argument, string mailbox)
    {
        Assert.That(Read(argument, out MailAddress? address, out string rest), Is.EqualTo(PathError.None));
        Assert.That((address?.ToString(), address?.IsInternational, rest), Is.EqualTo((mailbox, true, "SMTPUTF8")));
    }

    private static PathError Read(string argument, out MailAddress? address, out string parameters)
    {
        PathError error = PathReader.Read(Encoding.UTF8.GetBytes(argument), "FROM:"u8, out address, out ReadOnlySpan<byte> rest);
        parameters = Encoding.UTF8.GetString(rest);
        return error;
    }
}
