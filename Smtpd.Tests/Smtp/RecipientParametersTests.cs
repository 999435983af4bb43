using System.Text;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Smtp;

namespace Smtpd.Tests.Smtp;

/// <summary>What a sender may ask about a recipient (RFC 3461 §4.1, §4.2; RFC 6533 §3).</summary>
public sealed class RecipientParametersTests
{
    [TestCase("NOTIFY=NEVER", "NEVER", null)]
    [TestCase("notify=success", "SUCCESS", null)]
    [TestCase("NOTIFY=DELAY,FAILURE,SUCCESS", "SUCCESS,FAILURE,DELAY", null)]
    [TestCase("ORCPT=rfc822;alice@local.test", null, "rfc822;alice@local.test")]
    [TestCase("orcpt=RFC822;a+2Bb@local.test NOTIFY=FAILURE", "FAILURE", "RFC822;a+b@local.test")]
    [TestCase("ORCPT=rfc822;a+20b", null, "rfc822;a b")]
    [TestCase("ORCPT=utf-8;j\\x{FC}rgen@local.test", null, "utf-8;jürgen@local.test")]
    [TestCase("ORCPT=utf-8;j\\x{1F600}@local.test", null, "utf-8;j😀@local.test")]
    [TestCase("ORCPT=rfc822;+E7+94+A8@b+C3+BCcher.example", null, "rfc822;用@bücher.example")]
    [TestCase("ORCPT=utf-8;j+C3+BCrgen\\x{2B}x@local.test", null, "utf-8;jürgen+x@local.test")]
    [TestCase("ORCPT=UTF-8;jürgen@bücher.example", null, "UTF-8;jürgen@bücher.example")]
    public void What_is_asked_is_read(string text, string? notify, string? original)
    {
        Assert.That(RecipientParameters.Read(Encoding.UTF8.GetBytes(text), isInternational: true, out NotificationRequest? request), Is.EqualTo(ParameterError.None));
        Assert.That((request?.NotifyText, request?.OriginalRecipient), Is.EqualTo((notify, original)));
    }

    [Test]
    public void Nothing_is_asked_by_nothing()
    {
        Assert.That(RecipientParameters.Read(default, isInternational: false, out NotificationRequest? request), Is.EqualTo(ParameterError.None));
        Assert.That(request, Is.Null);
    }

    [TestCase("NOTIFY", nameof(ParameterError.BadNotify))]
    [TestCase("NOTIFY=", nameof(ParameterError.BadNotify))]
    [TestCase("NOTIFY=ALWAYS", nameof(ParameterError.BadNotify))]
    [TestCase("NOTIFY=NEVER,SUCCESS", nameof(ParameterError.BadNotify))]
    [TestCase("NOTIFY=NEVER,NEVER", nameof(ParameterError.BadNotify))]
    [TestCase("NOTIFY=SUCCESS,", nameof(ParameterError.BadNotify))]
    [TestCase("NOTIFY=,SUCCESS", nameof(ParameterError.BadNotify))]
    [TestCase("NOTIFY=SUCCESS NOTIFY=FAILURE", nameof(ParameterError.Repeated))]
    [TestCase("ORCPT", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=alice@local.test", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=;alice@local.test", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=rfc822;", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=rfc 822;a", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=rfc(822);a", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=rfc822;a+ZZ", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=rfc822;a+", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=rfc822;a+0D+0Ab", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=rfc822;a+C3b", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=rfc822;a+C2+85b", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=rfc822;a=b", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=rfc822;jürgen@local.test", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=utf-8;jürgen@local.test", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=utf-8;j\\x{D800}", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=utf-8;j\\x{110000}", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=utf-8;j\\x{0A}", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=utf-8;j\\x{fc}", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=utf-8;j\\x{}", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=utf-8;j\\y", nameof(ParameterError.BadOriginalRecipient))]
    [TestCase("ORCPT=rfc822;a ORCPT=rfc822;b", nameof(ParameterError.Repeated))]
    [TestCase("RET=FULL", nameof(ParameterError.Unknown))]
    [TestCase("SMTPUTF8", nameof(ParameterError.Unknown))]
    public void A_parameter_that_is_wrong_is_told_what_is_wrong(string text, string error) =>
        Assert.That(RecipientParameters.Read(Encoding.UTF8.GetBytes(text), isInternational: false, out _).ToString(), Is.EqualTo(error));

    [TestCase(500, nameof(ParameterError.None))]
    [TestCase(501, nameof(ParameterError.BadOriginalRecipient))]
    public void An_original_recipient_has_500_characters_at_most(int length, string error) =>
        Assert.That(RecipientParameters.Read(Encoding.ASCII.GetBytes("ORCPT=" + "rfc822;".PadRight(length, 'x')), false, out _).ToString(), Is.EqualTo(error));
}
