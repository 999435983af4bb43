using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Accounts;

namespace Smtpd.Tests.Web.SignIn;

/// <summary>A browser of the simplest kind: keeps cookies, and fills in forms.</summary>
internal sealed class FormClient(WebFixture web)
{
    public Dictionary<string, string> Cookies { get; } = new(StringComparer.Ordinal);

    /// <summary>Fields that go with every request, each ending in CRLF.</summary>
    public string Fields { get; set; } = "";

    /// <summary>The secret of the session; null while there is none.</summary>
    public string? Session => Cookies.FirstOrDefault(one => one.Key is "smtpd" or "__Host-smtpd" or "__Secure-smtpd").Value;

    public Task<RawAnswer> GetAsync(string target, string fields = "") => KeepAsync(web.GetAsync(target, Head(fields)));

    public Task<RawAnswer> PostAsync(string target, string body, string fields = "Origin: http://localhost\r\n", string type = "application/x-www-form-urlencoded") => KeepAsync(web.SendAsync(
        $"POST {target} HTTP/1.1\r\nHost: localhost\r\n{Head(fields)}Content-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));

    /// <summary>Gets the form, fills it in and sends it.</summary>
    public async Task<RawAnswer> SubmitAsync(string target, params (string Name, string Value)[] values)
    {
        RawAnswer form = await GetAsync(target);
        Assert.That(form.Status, Is.EqualTo(200), form.Text);
        return await PostAsync(target, Encode([.. values, ("token", MarkIn(form))]));
    }

    public Task<RawAnswer> SignInAsync(string name = "tester", string password = "secret", string target = "/login") => SubmitAsync(target, ("username", name), ("password", password));

    public static string MarkIn(RawAnswer form)
    {
        Match mark = Regex.Match(form.Text, "name=\"token\" value=\"([A-Za-z0-9_-]+)\"");
        Assert.That(mark.Success, form.Text);
        return mark.Groups[1].Value;
    }

    public static string Encode(params (string Name, string Value)[] values) => string.Join('&', values.Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value)}"));

    public static User New(string name, string password = "secret") => new(name, ScramCredential.Derive(password, [1, 2, 3, 4], ScramCredential.StandardIterations));

    private string Head(string fields) => Fields + fields + (Cookies.Count == 0 ? "" : $"Cookie: {string.Join("; ", Cookies.Select(one => $"{one.Key}={one.Value}"))}\r\n");

    private async Task<RawAnswer> KeepAsync(Task<RawAnswer> exchange)
    {
        RawAnswer answer = await exchange;
        foreach (string line in answer.Head.Split("\r\n").Where(line => line.StartsWith("Set-Cookie: ", StringComparison.OrdinalIgnoreCase)))
        {
            string[] pair = line["Set-Cookie: ".Length..].Split(';')[0].Split('=', 2);
            if (line.Contains("Max-Age=0", StringComparison.Ordinal)) Cookies.Remove(pair[0]);
            else Cookies[pair[0]] = pair[1];
        }
        return answer;
    }
}
