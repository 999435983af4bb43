using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

/// <summary>Results are written as "name|address", joined by blanks and a slash.</summary>
public sealed class AddressReaderTests
{
    [TestCase("a@b.test", "|a@b.test")]
    [TestCase("<a@b.test>", "|a@b.test")]
    [TestCase("Ann B. Cee <a@b.test>", "Ann B. Cee|a@b.test")]
    [TestCase("\"Cee, Ann\" <a@b.test>", "Cee, Ann|a@b.test")]
    [TestCase("\"Ann \\\"Bee\\\" \\\\ Cee\" <a@b.test>", "Ann \"Bee\" \\ Cee|a@b.test")]
    [TestCase("a@b.test (Ann)", "Ann|a@b.test")]
    [TestCase("a@b.test (Ann (the first) \\) Cee)", "Ann (the first) ) Cee|a@b.test")]
    [TestCase("<a@b.test> (Ann)", "Ann|a@b.test")]
    [TestCase("Ann (at work) <a@b.test>", "Ann|a@b.test")]
    [TestCase("=?utf-8?q?J=C3=BCrgen?= <a@b.test>", "Jürgen|a@b.test")]
    [TestCase("\"=?utf-8?q?J=C3=BCrgen?=\" <a@b.test>", "Jürgen|a@b.test")]
    [TestCase("a@b.test (=?utf-8?q?J=C3=BCrgen?=)", "Jürgen|a@b.test")]
    [TestCase("=?utf-8?q?A=2C_B_=3Cx=40y=3E?= <a@b.test>", "A, B <x@y>|a@b.test")]
    [TestCase("Jürgen <a@b.test>", "Jürgen|a@b.test")]
    [TestCase("\"a b\"@c.test", "|\"a b\"@c.test")]
    [TestCase("<\"a>,b\"@c.test>", "|\"a>,b\"@c.test")]
    [TestCase("\"a\\\"b\"@c.test", "|\"a\\\"b\"@c.test")]
    [TestCase("a@[192.0.2.1]", "|a@[192.0.2.1]")]
    [TestCase("a@[IPv6:2001:db8::1], b@c.test", "|a@[IPv6:2001:db8::1] / |b@c.test")]
    [TestCase("<@one.test,@two.test:a@b.test>", "|a@b.test")]
    [TestCase("a (x) @ (Ann) b . test", "|a@b.test")]
    [TestCase("a (x) @ b . test (Ann)", "Ann|a@b.test")]
    [TestCase("\"a\"@b.test, <\"a.b\"@c.test>, \"a..b\"@c.test", "|a@b.test / |a.b@c.test / |\"a..b\"@c.test")]
    [TestCase("Ann <a (x) @ b . test>", "Ann|a@b.test")]
    public void One_address_of_any_legal_form_is_read(string field, string people) => Assert.That(Read(field), Is.EqualTo(people));

    [TestCase("a@b.test, c@d.test", "|a@b.test / |c@d.test")]
    [TestCase(",, a@b.test,,c@d.test,", "|a@b.test / |c@d.test")]
    [TestCase("a@b.test; c@d.test;", "|a@b.test / |c@d.test")]
    [TestCase("Friends: Ann <a@b.test>, c@d.test;, e@f.test", "Ann|a@b.test / |c@d.test / |e@f.test")]
    [TestCase("\"My: friends\": a@b.test; Others:;", "|a@b.test")]
    [TestCase("Undisclosed recipients:;", "")]
    [TestCase("", "")]
    [TestCase(" , ;", "")]
    [TestCase("<>", "")]
    public void Lists_and_groups_give_their_members(string field, string people) => Assert.That(Read(field), Is.EqualTo(people));

    [TestCase("Ann <a@b.test, Bob <c@d.test>", "Ann|a@b.test / Bob|c@d.test")]
    [TestCase("Ann <a@b.test,c@d.test>, e@f.test", "Ann|a@b.test / |c@d.test / |e@f.test")]
    [TestCase("a@b.test <a@b.test>, A@B.Test <a@b.test>", "|a@b.test / |a@b.test")]
    [TestCase("\"a@b.test\" <a@b.test>", "a@b.test|a@b.test")]
    [TestCase("<a@b.test> Ann, Bob <c@d.test> Cee", "|a@b.test / Bob|c@d.test")]
    [TestCase("=?utf-8?q?Cee,_J=C3=BCrgen?= <a@b.test>", "Cee, Jürgen|a@b.test")]
    [TestCase("=?utf-8?q?J=C3=BCrgen_<a@b.test>?=", "Jürgen|a@b.test")]
    [TestCase("<Undisclosed-Recipient:;>", "")]
    [TestCase("Ann <a@b.test", "Ann|a@b.test")]
    [TestCase("Ann a@b.test>", "Ann|a@b.test")]
    [TestCase("Ann <<a@b.test>>", "Ann|a@b.test")]
    [TestCase("1 < 2 <a@b.test>", "1 2|a@b.test")]
    [TestCase("Ann <a@b.test> <c@d.test>", "Ann|a@b.test")]
    [TestCase("Ann <> <c@d.test>", "Ann|c@d.test")]
    [TestCase("\"Ann <a@b.test>", "Ann|a@b.test")]
    [TestCase("\"Ann <a@b.test>, c@d.test", "Ann|a@b.test / |c@d.test")]
    [TestCase("Ann (at work <a@b.test>, c@d.test", "Ann (at work|a@b.test / |c@d.test")]
    [TestCase("[List <a@b.test>, c@d.test", "[List|a@b.test / |c@d.test")]
    [TestCase("[List] Ann <a@b.test>, c@d.test", "[List] Ann|a@b.test / |c@d.test")]
    [TestCase("a@[192.0.2.1, c@d.test", "|a@[192.0.2.1 / |c@d.test")]
    [TestCase("Ann Cee a@b.test", "Ann Cee|a@b.test")]
    [TestCase("Ann", "|Ann")]
    [TestCase("Ann Cee", "Ann Cee|")]
    [TestCase("\"Ann\"", "Ann|")]
    [TestCase("mailto:a@b.test", "|a@b.test")]
    [TestCase("a@b@c.test", "|a@b@c.test")]
    [TestCase("Ann <a@b@c.test>", "Ann|a@b@c.test")]
    [TestCase("=?utf-8?b?@?=, <=?utf-8?b?@?=>, c@d.test", "|c@d.test")]
    [TestCase("\"a@b.test\" <c@d.test>", "a@b.test|c@d.test")]
    [TestCase("a@b.test <c@d.test>", "a@b.test|c@d.test")]
    [TestCase("'Ann' <a@b.test>", "'Ann'|a@b.test")]
    [TestCase("Ann <a>", "Ann|a")]
    [TestCase("Ann <a@>", "Ann|a@")]
    [TestCase("Ann <jürgen@b.test>", "Ann|jürgen@b.test")]
    [TestCase("jürgen@müller.test", "|jürgen@müller.test")]
    [TestCase("=?utf-8?q?ann?=@b.test", "|ann@b.test")]
    [TestCase("Ann <=?utf-8?q?ann=40b.test?=>", "Ann|ann@b.test")]
    [TestCase("=?utf-8?q?ann=40b.test?=", "|ann@b.test")]
    [TestCase("=?utf-8?q?Ann_=3Cann=40b.test=3E?=", "Ann|ann@b.test")]
    [TestCase("=?utf-8?q?Ann?= =?utf-8?q?_Cee?= <a@b.test>", "Ann Cee|a@b.test")]
    [TestCase("=?utf-8?b?w7w?==?utf-8?b?w7w?= <a@b.test>", "üü|a@b.test")]
    [TestCase("\"=?utf-8?q?=C3=BC?= x\" <a@b.test>", "ü x|a@b.test")]
    [TestCase("=?utf-8?q?\"Cee,_Ann\"?= <a@b.test>", "Cee, Ann|a@b.test")]
    public void What_is_broken_gives_the_best_guess_and_spoils_no_neighbour(string field, string people) => Assert.That(Read(field), Is.EqualTo(people));

    [TestCase(@"Ann\r\n Cee\r\n\t<a@b.test>,\r\n c@d.test", "Ann Cee|a@b.test / |c@d.test")]
    [TestCase(@"Ann\n Cee\n\t<a@b.test>", "Ann Cee|a@b.test")]
    public void Folded_lists_are_unfolded(string escaped, string people) => Assert.That(Read(Regex.Unescape(escaped)), Is.EqualTo(people));

    /// <summary>An empty comment in front is nobody, and leaves all that follows to the reader that knows every form.</summary>
    [Test]
    public void The_short_way_for_plain_addresses_reads_what_the_long_way_reads() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(
        Gen.Elements("Ann", "Ann B.", "\"Cee, Ann\"", "\"\"", "\"a  b \"", "=?utf-8?q?=C3=BC?=", "<a@b.test>", "a@b.test", "<a>", "<@r:a@b>", " ", "  ", ",", ";", ":", "\r\n ", "(c)", "<", ">", "@", "\"", "é", "[").ListOf().Select(string.Concat).ToArbitrary(),
        field => Read(field) == Read("()," + field)));

    private static string Read(string field)
    {
        List<Correspondent> list = [];
        AddressReader.Read(Encoding.UTF8.GetBytes(field), list, 100);
        return string.Join(" / ", list.Select(one => $"{one.Name}|{one.Address}"));
    }
}
