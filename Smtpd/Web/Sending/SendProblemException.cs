namespace Smtpd.Web.Sending;

/// <summary>What is wrong with a request to send, in a sentence for its sender that begins with the member's name.</summary>
internal sealed class SendProblemException(string problem) : Exception(problem);
