using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Sessions;

/// <summary>Sessions that are used by nobody at the moment. The one used last is used next. Safe for several threads.</summary>
internal sealed class ServerSessions(TimeProvider clock)
{
    /// <summary>One that would die so soon is not used any more.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>How many a server is told of in one command.</summary>
    private const int MostEnded = 10_000;

    private readonly Lock _gate = new();
    private readonly Stack<ServerSession> _idle = new();

    /// <param name="timeout">How long servers keep a session that is not used.</param>
    public ServerSession Take(TimeSpan timeout)
    {
        lock (_gate)
        {
            while (_idle.TryPop(out ServerSession? session))
                if (clock.GetElapsedTime(session.LastUse) < timeout - Margin) return session;
        }
        return new ServerSession();
    }

    public void Release(ServerSession session)
    {
        if (session.IsDirty) return;
        session.LastUse = clock.GetTimestamp();
        lock (_gate) _idle.Push(session);
    }

    /// <summary>What to tell a server so that it forgets the sessions: <c>endSessions</c>, as often as it takes.</summary>
    public IReadOnlyList<BsonDocument> End()
    {
        List<BsonDocument> commands = [];
        lock (_gate)
        {
            while (_idle.Count > 0)
            {
                using var writer = new BsonWriter();
                writer.BeginDocument().BeginArray("endSessions"u8);
                for (int count = 0; count < MostEnded && _idle.TryPop(out ServerSession? session); count++) writer.Document(session.Id);
                commands.Add(writer.End().End().ToDocument());
            }
        }
        return commands;
    }
}
