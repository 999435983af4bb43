namespace Smtpd.Mongo;

/// <summary>What is wrong with a connection string, and where; without secrets.</summary>
internal sealed class ConnectionStringException(string message) : Exception(message);
