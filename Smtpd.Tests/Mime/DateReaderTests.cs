using System.Globalization;
using System.Text;
using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

public sealed class DateReaderTests
{
    [TestCase("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21 09:55:06 -06:00")]
    [TestCase("21 Nov 1997 09:55 +0000", "1997-11-21 09:55:00 +00:00")]
    [TestCase("Fri,21 Nov 1997 09:55:06 -0330 (Newfoundland (time))", "1997-11-21 09:55:06 -03:30")]
    [TestCase("Fri, 21 (a \\) b) Nov 1997 09:55:06 GMT", "1997-11-21 09:55:06 +00:00")]
    [TestCase("21 November 1997 09:55:06 EST", "1997-11-21 09:55:06 -05:00")]
    [TestCase("21 nov 97 09:55:06 PDT", "1997-11-21 09:55:06 -07:00")]
    [TestCase("21 Nov 49 09:55:06 Z", "2049-11-21 09:55:06 +00:00")]
    [TestCase("21 Nov 50 09:55:06 Z", "1950-11-21 09:55:06 +00:00")]
    [TestCase("21 Nov 103 09:55:06 Z", "2003-11-21 09:55:06 +00:00")]
    [TestCase("31 Dec 2016 23:59:60 +0000", "2016-12-31 23:59:59 +00:00")]
    [TestCase("29 Feb 2028 00:00:00 +1400", "2028-02-29 00:00:00 +14:00")]
    [TestCase("Fri Nov 21 09:55:06 1997", "1997-11-21 09:55:06 +00:00")]
    [TestCase("Fri Nov 21 09:55:06 EST 1997", "1997-11-21 09:55:06 -05:00")]
    [TestCase("Fri Nov 21 09:55:06 +0100 1997", "1997-11-21 09:55:06 +01:00")]
    [TestCase("21-Nov-1997 09:55:06 +0100", "1997-11-21 09:55:06 +01:00")]
    [TestCase("1997-11-21 09:55:06 +0100", "1997-11-21 09:55:06 +01:00")]
    [TestCase("21 Nov 1997 09:55:06 +01:00", "1997-11-21 09:55:06 +01:00")]
    [TestCase("21 Nov 1997 09:55:06 GMT+0100", "1997-11-21 09:55:06 +01:00")]
    [TestCase("21 Nov 1997 09:55:06 UTC-8", "1997-11-21 09:55:06 -08:00")]
    [TestCase("21 Nov 1997 09:55:06 +100", "1997-11-21 09:55:06 +01:00")]
    [TestCase("21 Nov 1997 09:55:06 XYZ", "1997-11-21 09:55:06 +00:00")]
    [TestCase("21 Nov 1997 09:55:06.123 +0100", "1997-11-21 09:55:06 +01:00")]
    [TestCase("21 Nov 1997 09:55:06 +0100;", "1997-11-21 09:55:06 +01:00")]
    [TestCase("by mx.test id 1 Jan 2001 00:00:00; 21 Nov 1997 09:55:06 +0100", "1997-11-21 09:55:06 +01:00")]
    public void A_date_of_any_common_form_is_read(string text, string date) =>
        Assert.That(DateReader.Read(Encoding.UTF8.GetBytes(text))?.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture), Is.EqualTo(date));

    [TestCase("")]
    [TestCase("Whenever")]
    [TestCase("%DATE%")]
    [TestCase("31 Feb 2026 10:00:00 +0000")]
    [TestCase("29 Feb 2026 10:00:00 +0000")]
    [TestCase("0 Jan 2026 10:00:00 +0000")]
    [TestCase("21 All 2026 10:00:00 +0000")]
    [TestCase("21 Nov 2026 24:00:01 +0000")]
    [TestCase("21 Nov 2026 25:00:00 +0000")]
    [TestCase("21 Nov 2026 10:60:00 +0000")]
    [TestCase("21 Nov 2026 10:00:61 +0000")]
    [TestCase("21 Nov 2026 10:00:00:00 +0000")]
    [TestCase("21 Nov 99999 10:00:00 +0000")]
    [TestCase("21 Nov 99999999999 10:00:00 +0000")]
    [TestCase("1 Jan 0001 00:00:00 +0100")]
    [TestCase("1 Jan 0000 00:00:00 +0000")]
    [TestCase("2026-13-01 10:00:00")]
    public void What_is_no_date_is_none(string text) => Assert.That(DateReader.Read(Encoding.UTF8.GetBytes(text)), Is.Null);
}
