using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Sessions;

namespace Smtpd.Mongo.Commands;

/// <summary>What a server answered to a command that succeeded.</summary>
/// <param name="Document">In memory of its own, for as long as anybody holds it.</param>
/// <param name="Server">Who answered.</param>
/// <param name="Session">To be given back, where the command keeps it; else null.</param>
internal readonly record struct CommandReply(BsonDocument Document, MongoHost Server, ServerSession? Session);
