using System.Net;
using System.Text;
using NUnit.Framework;
using Smtpd.Operations;

namespace Smtpd.Tests.Operations;

public sealed class Utf8LineTests
{
    [Test]
    public void Texts_numbers_and_addresses_stand_as_in_a_string()
    {
        int number = 7;
        IPAddress address = IPAddress.Parse("2001:db8::1");
        string? nothing = null;
        Assert.That(Text($"é {number:D2} [{address}] {nothing}{"x"u8}."), Is.EqualTo($"é {number:D2} [{address}] x."));
    }

    [Test]
    public void A_text_longer_than_the_memory_first_taken_is_whole()
    {
        string longText = new('ü', 5000);
        Assert.That(Text($"<{longText}>{longText}{12345}"), Is.EqualTo($"<{longText}>{longText}12345"));
    }

    private static string Text(Utf8Line line)
    {
        string text = Encoding.UTF8.GetString(line.Octets);
        line.Dispose();
        return text;
    }
}
