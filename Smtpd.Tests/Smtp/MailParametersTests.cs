using System.Text;
using NUnit.Framework;
using Smtpd.Smtp;

namespace Smtpd.Tests.Smtp;

public sealed class MailParametersTests
{
    [TestCase("", 0)]
    [TestCase("SIZE=0", 0)]
    [TestCase("SIZE=1234", 1234)]
    [TestCase("size=1234", 1234)]
    [TestCase("SIZE=1234 BODY=8BITMIME", 1234)]
    [TestCase("BODY=7bit \t SIZE=5", 5)]
    [TestCase("SIZE=999999999999999999", 999_999_999_999_999_999)]
    [TestCase("SIZE=1000000000000000000", long.MaxValue)]
    [TestCase("SIZE=99999999999999999999", long.MaxValue)]
    [TestCase("SIZE=00000000000000000000000000000000001", long.MaxValue)]
    public void The_size_is_read_and_a_size_beyond_18_digits_is_over_any_limit(string text, long size)
    {
        Assert.That(MailParameters.Read(Encoding.ASCII.GetBytes(text), out MailParameters parameters), Is.EqualTo(ParameterError.None));
        Assert.That(parameters.Size, Is.EqualTo(size));
    }

    [TestCase("SIZE", nameof(ParameterError.BadSize))]
    [TestCase("SIZE=", nameof(ParameterError.BadSize))]
    [TestCase("SIZE=-1", nameof(ParameterError.BadSize))]
    [TestCase("SIZE=+1", nameof(ParameterError.BadSize))]
    [TestCase("SIZE=1k", nameof(ParameterError.BadSize))]
    [TestCase("SIZE=1=2", nameof(ParameterError.BadSize))]
    [TestCase("BODY", nameof(ParameterError.BadBody))]
    [TestCase("BODY=", nameof(ParameterError.BadBody))]
    [TestCase("BODY=8BIT", nameof(ParameterError.BadBody))]
    [TestCase("SIZE=1 SIZE=1", nameof(ParameterError.Repeated))]
    [TestCase("SIZE=1 size=2", nameof(ParameterError.Repeated))]
    [TestCase("BODY=7BIT SIZE=1 BODY=7BIT", nameof(ParameterError.Repeated))]
    [TestCase("SMTPUTF8=", nameof(ParameterError.BadFlag))]
    [TestCase("SMTPUTF8=yes", nameof(ParameterError.BadFlag))]
    [TestCase("SMTPUTF8 smtputf8", nameof(ParameterError.Repeated))]
    [TestCase("RET", nameof(ParameterError.BadReturn))]
    [TestCase("RET=SOME", nameof(ParameterError.BadReturn))]
    [TestCase("RET=FULL RET=FULL", nameof(ParameterError.Repeated))]
    [TestCase("ENVID", nameof(ParameterError.BadEnvelopeId))]
    [TestCase("ENVID=", nameof(ParameterError.BadEnvelopeId))]
    [TestCase("ENVID=a+ZZ", nameof(ParameterError.BadEnvelopeId))]
    [TestCase("ENVID=a+4", nameof(ParameterError.BadEnvelopeId))]
    [TestCase("ENVID=a+2b", nameof(ParameterError.BadEnvelopeId))]
    [TestCase("ENVID=a=b", nameof(ParameterError.BadEnvelopeId))]
    [TestCase("ENVID=a+0Ab", nameof(ParameterError.BadEnvelopeId))]
    [TestCase("ENVID=+C3+BC", nameof(ParameterError.BadEnvelopeId))]
    [TestCase("ENVID=ü", nameof(ParameterError.BadEnvelopeId))]
    [TestCase("ENVID=a ENVID=b", nameof(ParameterError.Repeated))]
    [TestCase("NOTIFY=NEVER", nameof(ParameterError.Unknown))]
    [TestCase("ORCPT=rfc822;a@b", nameof(ParameterError.Unknown))]
    [TestCase("SIZES=1", nameof(ParameterError.Unknown))]
    [TestCase("=1", nameof(ParameterError.Unknown))]
    [TestCase("SIZE =1", nameof(ParameterError.BadSize))]
    [TestCase("SIZE=1 AUTH=<>", nameof(ParameterError.None))]
    [TestCase("auth=e+3Dmc2@example.com", nameof(ParameterError.None))]
    [TestCase("AUTH=a@example.com AUTH=<>", nameof(ParameterError.Repeated))]
    [TestCase("AUTH", nameof(ParameterError.BadAuth))]
    [TestCase("AUTH=", nameof(ParameterError.BadAuth))]
    [TestCase("AUTH=<a@example.com>", nameof(ParameterError.BadAuth))]
    [TestCase("AUTH=nobody", nameof(ParameterError.BadAuth))]
    [TestCase("AUTH=a+3@example.com", nameof(ParameterError.BadAuth))]
    [TestCase("AUTH=a+3d@example.com", nameof(ParameterError.BadAuth))]
    [TestCase("AUTH=e=mc2@example.com", nameof(ParameterError.BadAuth))]
    [TestCase("AUTH=a@example.com+", nameof(ParameterError.BadAuth))]
    public void A_parameter_that_is_wrong_is_told_what_is_wrong(string text, string error) =>
        Assert.That(MailParameters.Read(Encoding.UTF8.GetBytes(text), out _).ToString(), Is.EqualTo(error));

    [Test]
    public void What_the_extensions_say_is_read()
    {
        Assert.That(MailParameters.Read("ret=hdrs SMTPUTF8 ENVID=QQ+2B314+3D159 body=BinaryMIME"u8, out MailParameters parameters), Is.EqualTo(ParameterError.None));
        Assert.That(parameters, Is.EqualTo(new MailParameters(0, IsBinary: true, IsInternational: true, "HDRS", "QQ+314=159")));
    }

    [TestCase(100, nameof(ParameterError.None))]
    [TestCase(101, nameof(ParameterError.BadEnvelopeId))]
    public void An_envelope_id_has_100_characters_at_most(int length, string error) =>
        Assert.That(MailParameters.Read(Encoding.ASCII.GetBytes("ENVID=" + new string('x', length)), out _).ToString(), Is.EqualTo(error));
}
