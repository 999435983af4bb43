using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

public sealed class EncodedWordsTests
{
    [TestCase("plain", "plain")]
    [TestCase("=?utf-8?q?a_b=3F?=", "a b?")]
    [TestCase("=?UTF-8?Q?=c3=BC?=", "ü")]
    [TestCase("=?utf-8?b?w7w=?=", "ü")]
    [TestCase("=?iso-8859-1?q?=FC?=", "ü")]
    [TestCase("=?iso-8859-1*de?q?=FC?=", "ü")]
    [TestCase("=?koi8-r?b?8NLJ18XU?=", "Привет")]
    [TestCase("=?iso-2022-jp?b?GyRCRnxLXBsoQg==?=", "日本")]
    [TestCase("=?utf-8?q??=", "")]
    [TestCase("x =?utf-8?q??= y", "x  y")]
    public void A_word_is_decoded(string text, string decoded) => Assert.That(EncodedWords.Decode(text), Is.EqualTo(decoded));

    [TestCase("=?utf-8?q?a?= =?utf-8?q?b?=", "ab")]
    [TestCase("=?utf-8?q?a?=\t  =?iso-8859-1?q?=FC?=", "aü")]
    [TestCase("=?utf-8?q?a?==?utf-8?q?b?=", "ab")]
    [TestCase("=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b")]
    [TestCase("x=?utf-8?q?a?=y", "xay")]
    [TestCase("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü")]
    [TestCase("=?utf-8?b?w7?= =?UTF-8?q?=BC?=", "ü")]
    [TestCase("=?utf-8?q??= =?utf-8?q?a?=", "a")]
    [TestCase("=?utf-8?b?SGVsbG8gd29yb?= =?utf-8?b?GQ=?=", "Hello world")]
    [TestCase("=?utf-8?b?w7w?= =?utf-8?b?w7w?=", "üü")]
    [TestCase("=?utf-8?b?w7w=?= =?utf-8?q?_=C3=BC?=", "ü ü")]
    public void Neighbours_are_joined_and_the_blanks_between_them_dropped(string text, string decoded) => Assert.That(EncodedWords.Decode(text), Is.EqualTo(decoded));

    [TestCase("=?utf-8?q?what??=", "what?")]
    [TestCase("=?utf-8?q?a b?=", "a b")]
    [TestCase("=?utf-8?q?=?=", "=")]
    [TestCase("=?utf-8?q?=4?=", "=4")]
    [TestCase("=?utf-8?q?=zz?=", "=zz")]
    [TestCase("=?utf-8?q?=FC?=", "ü")]
    [TestCase("=?utf-8?q?=C3=BC_=C3?=", "ü \uFFFD")]
    [TestCase("=?us-ascii?q?=C3=BC?=", "ü")]
    [TestCase("=?us-ascii?q?=FC?=", "ü")]
    [TestCase("=?x-unknown?b?w7w=?=", "ü")]
    [TestCase("=?utf-8?b?w7w==?=", "ü")]
    [TestCase("=?utf-8?b?w7w=w7w=?=", "üü")]
    [TestCase("=?utf-8?b?w7-_?=", "ÿ\uFFFD")]
    [TestCase("=?iso-2022-jp?b?GyRCRnw=?= =?iso-2022-jp?b?S1wbKEI=?=", "日本")]
    [TestCase("=?utf-8?b?w7w?=", "ü")]
    [TestCase("=?utf-8?b?w7 w=?=", "ü")]
    [TestCase("=?utf-8?b?w?=", "")]
    [TestCase("=?no-such-charset?q?=C3=BC?=", "ü")]
    [TestCase("=?no-such-charset?q?=FC?=", "ü")]
    [TestCase("=?utf-7?q?a?=", "a")]
    [TestCase("=?iso-8859-1?q?=FCü😀?=", "üü😀")]
    public void A_broken_word_gives_the_best_guess(string text, string decoded) => Assert.That(EncodedWords.Decode(text), Is.EqualTo(decoded));

    [TestCase("=?")]
    [TestCase("=?=")]
    [TestCase("=?utf-8")]
    [TestCase("=?utf-8?")]
    [TestCase("=?utf-8?q")]
    [TestCase("=?utf-8?q?")]
    [TestCase("=?utf-8?q?a")]
    [TestCase("=?utf-8?q?a?")]
    [TestCase("=?utf-8?x?a?=")]
    [TestCase("=?utf 8?q?a?=")]
    [TestCase("=??q?a?=")]
    [TestCase("=?*de?q?a?=")]
    [TestCase("let's =?iso-8859-1? to break =? the parser ?=")]
    public void What_is_no_word_stays(string text) => Assert.That(EncodedWords.Decode(text), Is.EqualTo(text));

    [TestCase("=? =?utf-8?q?a?=", "=? a")]
    [TestCase("=?=?utf-8?q?a?=", "=?a")]
    [TestCase("=?utf-8?x?b =?utf-8?q?a?=", "=?utf-8?x?b a")]
    public void A_word_behind_a_false_start_is_found(string text, string decoded) => Assert.That(EncodedWords.Decode(text), Is.EqualTo(decoded));
}
