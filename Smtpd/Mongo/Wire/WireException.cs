namespace Smtpd.Mongo.Wire;

/// <summary>What came over a connection is no answer to what was asked: the connection is of no use any more.</summary>
internal sealed class WireException(string message, Exception? inner = null) : Exception(message, inner);
