using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Wire;

/// <summary>What a command carries beside what it says.</summary>
/// <param name="Session">Empty where the server has no sessions.</param>
/// <param name="Number">By which the server knows a write again; null: it does not.</param>
/// <param name="ClusterTime">The newest time that any server has told; empty: none has.</param>
/// <param name="Preference">For mongos and secondaries, which else would refuse or misunderstand a read.</param>
internal readonly record struct CommandSurroundings(BsonDocument Session, long? Number, BsonDocument ClusterTime, ReadPreference? Preference);
