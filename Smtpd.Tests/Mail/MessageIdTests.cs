using NUnit.Framework;
using Smtpd.Mail;

namespace Smtpd.Tests.Mail;

public sealed class MessageIdTests
{
    [Test]
    public void Digits_are_the_octets_in_order()
    {
        var id = new MessageId(0x01020304, 0x0506070809, 0x0a0b0c);
        Assert.That(id.ToString(), Is.EqualTo("0102030405060708090a0b0c"));
        Assert.That(id.Seconds, Is.EqualTo(0x01020304u));
    }

    [Test]
    public void What_is_written_is_read_back()
    {
        var id = new MessageId(1_790_000_000, 0xFEDCBA9876, 0xFFFFFF);
        Assert.That(MessageId.TryParse(id.ToString(), out MessageId again), Is.True);
        Assert.That(again, Is.EqualTo(id));
    }

    [TestCase("")]
    [TestCase("0102030405060708090a0b0")]
    [TestCase("0102030405060708090a0b0c0d")]
    [TestCase("0102030405060708090a0b0g")]
    [TestCase("../../../../etc/passwd..")]
    public void Anything_but_24_digits_is_not_an_id(string text) => Assert.That(MessageId.TryParse(text, out _), Is.False);

    [Test]
    public void Order_is_by_second_then_process_then_counter()
    {
        var first = new MessageId(10, 5, 1);
        Assert.That(first, Is.LessThan(new MessageId(10, 5, 2)));
        Assert.That(new MessageId(10, 5, 0xFFFFFF), Is.LessThan(new MessageId(11, 0, 0)));
    }
}
