namespace Smtpd.Web.Api;

/// <summary>Every answer that is not a success.</summary>
internal sealed record ErrorAnswer(string Error);
