using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Web;

namespace Smtpd.Tests.Web;

/// <summary>A body that two readers understand in two ways is understood by none.</summary>
public sealed class JsonMembersTests
{
    [TestCase("""{"IDs":[],"IDs":["a"]}""", true)]
    [TestCase("""{"IDs":[],"ids":["a"]}""", true)]
    [TestCase("""{"IDs":[],"\u0049Ds":["a"]}""", true)]
    [TestCase("""{"a":{"b":1,"c":[{"d":1},{"d":1,"D":2}]}}""", true)]
    [TestCase("""{"a":{"b":1},"b":{"b":1},"c":[{"b":1},{"b":1}]}""", false)]
    [TestCase("""[]""", false)]
    [TestCase("""{}""", false)]
    public void A_member_that_is_given_twice_is_found(string text, bool twice) => Assert.That(JsonMembers.HasTwice(Encoding.UTF8.GetBytes(text)), Is.EqualTo(twice));

    [TestCase("""{"\ud800":1}""")]
    [TestCase("""{"a":1""")]
    [TestCase("")]
    public void What_is_no_JSON_is_told_so(string text) => Assert.That(() => JsonMembers.HasTwice(Encoding.UTF8.GetBytes(text)), Throws.InstanceOf<JsonException>());

    [Test]
    public void Depth_has_an_end() => Assert.That(() => JsonMembers.HasTwice(Encoding.ASCII.GetBytes(new string('[', 100_000))), Throws.InstanceOf<JsonException>());

    [TestCase("""{"IDs":["latest"],"IDs":[]}""")]
    [TestCase("""{"IDs":["latest"],"Read":true,"read":false}""")]
    [TestCase("""{"\ud800":1}""")]
    public async Task A_request_with_one_changes_nothing(string body)
    {
        await using var web = new WebFixture();
        web.Store.Add("x"u8.ToArray());
        foreach (string method in (string[])["PUT", "DELETE"])
            Assert.That((await web.GetAsync("/api/v1/messages", $"Content-Length: {body.Length}\r\n\r\n{body}", method)).Status, Is.EqualTo(400));
        Assert.That((web.Store.Messages.Count, web.Store.Marked.Count), Is.EqualTo((1, 0)));
    }
}
