using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mime;
using Smtpd.Web;

namespace Smtpd.Tests.Mime;

public sealed class FileNamesTests
{
    [TestCase("report.pdf", "report.pdf")]
    [TestCase("Grüße 世界.txt", "Grüße 世界.txt")]
    [TestCase("/etc/passwd", "passwd")]
    [TestCase("..\\..\\boot.ini", "boot.ini")]
    [TestCase("../..", "")]
    [TestCase(".bashrc", "bashrc")]
    [TestCase("a\r\nSet-Cookie: x", "aSet-Cookie_ x")]
    [TestCase("a\"; filename=\"b", "a_; filename=_b")]
    [TestCase("gpj\u202Eexe.scr", "gpjexe.scr")]
    [TestCase("con.txt", "_con.txt")]
    [TestCase("-rf", "rf")]
    [TestCase("name. ", "name")]
    public void Safe_names(string name, string safe) => Assert.That(FileNames.Safe(name), Is.EqualTo(safe));

    [Test]
    public void No_name_is_longer_than_file_systems_take_or_holds_what_they_do_not() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(ArbMap.Default.ArbFor<string>(), name =>
    {
        string safe = FileNames.Safe(string.Concat(Enumerable.Repeat(name ?? "", 50)));
        string field = ContentDisposition.Write(false, safe);
        return Encoding.UTF8.GetByteCount(safe) <= 201 && safe.IndexOfAny(['/', '\\', '"', '\r', '\n', '\0']) < 0 && Ascii.IsValid(field) && !field.Any(char.IsControl);
    }));

    [TestCase("a b.txt", "attachment; filename=\"a b.txt\"")]
    [TestCase("é.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%A9.txt")]
    public void Dispositions(string name, string field) => Assert.That(ContentDisposition.Write(false, name), Is.EqualTo(field));
}
