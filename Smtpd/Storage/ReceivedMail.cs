namespace Smtpd.Storage;

/// <summary>A message on its way into the store.</summary>
internal sealed class ReceivedMail;
internal sealed class Intake;
