using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

public sealed class ListUnsubscribeTests
{
    [TestCase("<mailto:off@list.test>", "mailto:off@list.test")]
    [TestCase("<https://list.test/off?a=1,2>, <mailto:off@list.test?subject=off>", "https://list.test/off?a=1,2 mailto:off@list.test?subject=off")]
    [TestCase("(use this) <HTTP://list.test/off> (please)", "HTTP://list.test/off")]
    [TestCase("<https://list.test/\r\n\tlong/\r\n address>", "https://list.test/long/address")]
    [TestCase("<https://list.test/off> <mailto:off@list.test>", "https://list.test/off mailto:off@list.test")]
    public void Addresses_stand_in_angle_brackets(string field, string links)
    {
        ListUnsubscribe read = ListUnsubscribeReader.Read(field, "");
        Assert.That((string.Join(' ', read.Links), read.Errors), Is.EqualTo((links, "")));
    }

    [TestCase("<https://list.test/off", "", "an address has no end")]
    [TestCase("<javascript:alert(1)>", "", "an address is neither https, http nor mailto")]
    [TestCase("<https://list.test/\u0007>", "", "an address is neither https, http nor mailto")]
    [TestCase("https://list.test/off, mailto:off@list.test", "https://list.test/off mailto:off@list.test", "there is no address in angle brackets")]
    [TestCase("javascript:alert(1)", "", "there is no address in angle brackets")]
    [TestCase("write to us", "", "there is no address in angle brackets")]
    public void What_is_wrong_is_said(string field, string links, string error)
    {
        ListUnsubscribe read = ListUnsubscribeReader.Read(field, "");
        Assert.That((string.Join(' ', read.Links), read.Errors), Is.EqualTo((links, error)));
    }

    [TestCase("List-Unsubscribe=One-Click", "")]
    [TestCase("list-unsubscribe = one-click ", "")]
    [TestCase("Yes", "List-Unsubscribe-Post is not List-Unsubscribe=One-Click")]
    public void One_click_is_one_text(string post, string error) => Assert.That(ListUnsubscribeReader.Read("<https://list.test/off>", post).Errors, Is.EqualTo(error));

    [Test]
    public void More_ways_out_than_anybody_needs_are_cut() =>
        Assert.That(ListUnsubscribeReader.Read(string.Concat(Enumerable.Repeat("<https://list.test/>,", 1000)), "").Links, Has.Count.EqualTo(20));

    [Test]
    public void A_message_without_the_fields_has_none() => Assert.That(ListUnsubscribeReader.Read("", ""), Is.SameAs(ListUnsubscribe.None));
}
