namespace Smtpd.Mongo.Dns;

/// <summary>A name that DNS does not give us, with the reason.</summary>
internal sealed class DnsException(string message, Exception? inner = null) : Exception(message, inner);
