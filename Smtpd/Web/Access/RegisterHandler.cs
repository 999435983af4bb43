using System.Text;
using Smtpd.Accounts;
using Smtpd.Mail;
using Smtpd.Network;
using Smtpd.Operations;

namespace Smtpd.Web.Access;

/// <summary>
/// <c>/register</c>: asks for an account, as in the original. Its user is disabled until somebody enables him by <c>smtpd user enable</c>,
/// and no mail is his until <c>smtpd user set</c> says so: what he writes of himself is only a claim.
/// </summary>
internal sealed class RegisterHandler(WebAccounts accounts, PasswordGate gate, FormGuard guard, string basePath, Log log) : IHandler
{
    private const string Purpose = "register";

    /// <summary>Letters of a new password: what NIST SP 800-63B asks for at least.</summary>
    private const int LeastPasswordLetters = 8;

    /// <summary>Letters of each of the two names.</summary>
    private const int MostNameLetters = 100;

    /// <summary>Letters of an address (RFC 5321 §4.5.3.1.3).</summary>
    private const int MostEmailLetters = 254;

    private readonly FormPage _page = new(basePath);
    private readonly Registration _registration = new(accounts);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Method != "POST") return Show(request, 200, null);
        (HttpQuery? form, Answer? refusal) = await FormBody.ReadAsync(request, cancellation);
        if (form is null) return refusal!;
        if (!guard.Accepts(request, Purpose, form[FormGuard.Field])) return Show(request, 403, "This form has grown old, or your browser keeps no cookies. Try again.");
        if (!gate.TakesFrom(request.Origin)) return Show(request, 403, null);
        if (Read(form, out string trouble) is not { } wish) return Show(request, 422, trouble);

        switch (await _registration.AskAsync(request.Origin, wish, cancellation))
        {
            case RegistrationOutcome.TooOften:
                (int status, string text, HttpHeadField[] fields) = PasswordGate.Explain(PasswordOutcome.TooOften);
                return Show(request, status, text, fields);
            case RegistrationOutcome.Full:
                return Show(request, 503, "Too many wait for their accounts already. Try again another day.");
            case RegistrationOutcome.Busy:
                (status, text, fields) = PasswordGate.Explain(PasswordOutcome.Busy);
                return Show(request, status, text, fields);
            case RegistrationOutcome.Kept:
                log.Info($"web: {request.Origin.Address}: {wish.Name} asks for an account; smtpd user enable lets him in");
                break;
            default:
                log.Info($"web: {request.Origin.Address}: an account was asked for under a name that there is already");
                break;
        }
        // The same whether the name was free or not, or anybody could find out who has an account here.
        return _page.Render(200, "Register", null, "<p>Thank you. If the name was free, your account will be looked at by those who run this server; until then it cannot be used.</p>");
    }

    /// <summary>Null, and a sentence, when something in it is not as it must be.</summary>
    private static RegistrationWish? Read(HttpQuery form, out string trouble)
    {
        string first = (form["firstname"] ?? "").Trim(), last = (form["lastname"] ?? "").Trim(), email = (form["email"] ?? "").Trim(), password = form["password"] ?? "";
        bool isName = Prepared.TryPrepare(form["username"] ?? "", out string? name) && name.Length <= User.MostLetters;
        bool isPassword = Prepared.TryPrepare(password, out string? prepared);
        trouble = !IsPersonsName(first) || !IsPersonsName(last) ? $"First and last name must have 1 to {MostNameLetters} letters."
            : email.Length > MostEmailLetters || MailAddress.TryParse(Encoding.UTF8.GetBytes(email), out _) != AddressError.None ? "The e-mail address must be one such as user@example.com."
            : !isName ? $"The user name must have 1 to {User.MostLetters} letters and no control characters."
            : !isPassword || password.Length < LeastPasswordLetters || password.Length > UserAdministration.MostPasswordLetters ? $"The password must have at least {LeastPasswordLetters} letters and no control characters."
            : form["password_confirmation"] != password ? "The two passwords differ."
            : form["t_and_c"] is null ? "The terms must be agreed to."
            : "";
        return trouble.Length > 0 ? null : new RegistrationWish(name!, prepared!, $"{first} {last}", email);
    }

    private static bool IsPersonsName(string text) => text.Length is > 0 and <= MostNameLetters && !text.Any(char.IsControl);

    private Answer Show(HttpRequest request, int status, string? trouble, params HttpHeadField[] fields)
    {
        if (!gate.TakesFrom(request.Origin)) return _page.Render(status, "Register", PasswordGate.Explain(PasswordOutcome.NotOverPlainHttp).Text, "", fields);
        (string mark, HttpHeadField[] cookie) = guard.Make(request, Purpose);
        string form = FormPage.Form(mark,
            $"""
            {FormPage.Input("firstname", "First name", "text", "given-name", MostNameLetters)}
            {FormPage.Input("lastname", "Last name", "text", "family-name", MostNameLetters)}
            {FormPage.Input("email", "E-mail address", "email", "email", MostEmailLetters)}
            {FormPage.Input("username", "User name", "text", "username", User.MostLetters)}
            {FormPage.Input("password", "Password", "password", "new-password", UserAdministration.MostPasswordLetters)}
            {FormPage.Input("password_confirmation", "Password once more", "password", "new-password", UserAdministration.MostPasswordLetters)}
            <label><input name="t_and_c" type="checkbox" value="1" required> I agree to the terms of those who run this server</label>
            """, "Register");
        return _page.Render(status, "Register", trouble, form, [.. cookie, .. fields]);
    }
}
