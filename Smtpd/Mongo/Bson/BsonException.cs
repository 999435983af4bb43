namespace Smtpd.Mongo.Bson;

/// <summary>Octets that are not BSON, or a value that BSON has no room for.</summary>
/// <param name="message">What is wrong, and where in the document.</param>
internal sealed class BsonException(string message) : Exception(message);
