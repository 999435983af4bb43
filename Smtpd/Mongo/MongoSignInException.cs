namespace Smtpd.Mongo;

/// <summary>Why signing in to MongoDB failed, without secrets.</summary>
internal sealed class MongoSignInException(string message) : Exception(message);
