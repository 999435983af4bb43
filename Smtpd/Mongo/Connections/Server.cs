namespace Smtpd.Mongo.Connections;

/// <summary>One server of the cluster: who watches it, and the connections to it.</summary>
internal sealed record Server(MongoHost Host, ConnectionPool Pool, ServerMonitor Monitor);
