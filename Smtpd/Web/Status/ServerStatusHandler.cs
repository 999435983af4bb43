using System.Text.Json;
using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web.Status;

/// <summary><c>GET /api/v1/status</c>: how the server is now, and a series of what was.</summary>
internal sealed class ServerStatusHandler(IMailStore store, WebSurroundings surroundings) : IHandler
{
    private readonly (string Name, string Version)[] _versions =
        [("Program", ProgramVersion.Number), ("Runtime", Environment.Version.ToString()), ("OpenSSL", ProgramVersion.OpenSsl()), ("SQLite", ProgramVersion.Sqlite())];

    private readonly Timeline _timeline = surroundings.Timeline ?? new Timeline(surroundings.Clock, surroundings.Metrics);

    private Metrics Metrics => surroundings.Metrics;

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Query["resolution"] is not (null or "second" or "minute")) return BytesAnswer.Error(400, "resolution: must be second or minute.");
        long since = 0;
        if (request.Query["since"] is { } text && !HttpNumber.TryParse(text, out since)) return BytesAnswer.Error(400, "since: must be a whole number of seconds since 1970.");
        bool byMinute = request.Query["resolution"] == "minute";
        MessagePage page = await store.ListAsync(request.Visitor.Scope, 0, null, 1, cancellation);
        long? unindexed = await store.CountUnindexedAsync(cancellation);
        return BytesAnswer.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("Now", Rfc3339Converter.Format(surroundings.Clock.GetUtcNow()));
            writer.WriteString("Started", Rfc3339Converter.Format(Metrics.Started));
            writer.WriteNumber("Uptime", (long)Metrics.Uptime.TotalSeconds);
            Object(writer, "Versions", WriteVersions);
            Object(writer, "Mail", WriteMail);
            Object(writer, "Rejections", WriteRejections);
            Object(writer, "Commits", WriteCommits);
            Object(writer, "Store", to => WriteStore(to, page));
            Object(writer, "Search", to =>
            {
                to.WriteBoolean("Indexed", unindexed is not null);
                to.WriteNumber("Behind", unindexed ?? 0);
            });
            WriteSpool(writer);
            Object(writer, "Process", WriteProcess);
            Object(writer, "Web", WriteWeb);
            WriteListeners(writer);
            Object(writer, "Series", to => StatusSeries.Write(to, _timeline.Read(byMinute, since), byMinute));
            writer.WriteEndObject();
        });
    }

    private void WriteVersions(Utf8JsonWriter writer)
    {
        foreach ((string name, string version) in _versions) writer.WriteString(name, version);
    }

    private void WriteMail(Utf8JsonWriter writer)
    {
        writer.WriteNumber("Accepted", Metrics.Accepted.Value);
        writer.WriteNumber("AcceptedSize", Metrics.AcceptedOctets.Value);
        writer.WriteNumber("Rejected", Metrics.Rejected.Value);
        writer.WriteNumber("Ignored", Metrics.Ignored.Value);
        writer.WriteNumber("Deleted", Metrics.Deleted.Value);
        writer.WriteNumber("Waiting", surroundings.Waiting());
        writer.WriteNumber("Connections", Metrics.SmtpConnections.Value);
        writer.WriteNumber("OpenConnections", Metrics.OpenSmtpConnections.Value);
    }

    private void WriteRejections(Utf8JsonWriter writer)
    {
        foreach (RejectionReason reason in Rejections.Reasons) writer.WriteNumber(reason.ToString(), Metrics.Rejections.Of(reason));
    }

    private void WriteCommits(Utf8JsonWriter writer)
    {
        writer.WriteNumber("Total", Metrics.Commits.Value);
        writer.WriteNumber("Failed", Metrics.FailedCommits.Value);
        IReadOnlyList<double?> percentiles = _timeline.CommitPercentiles();
        NumberOrNull(writer, "P50", percentiles[0]);
        NumberOrNull(writer, "P95", percentiles[1]);
        NumberOrNull(writer, "P99", percentiles[2]);
    }

    private void WriteStore(Utf8JsonWriter writer, MessagePage page)
    {
        writer.WriteString("Description", store.Description);
        writer.WriteString("Trouble", store.Trouble ?? "");
        writer.WriteNumber("Messages", page.Total);
        writer.WriteNumber("Unread", page.Unread);
        writer.WriteNumber("Size", store.SizeInBytes);
        NumberOrNull(writer, "FreeDisk", store.Space.Free);
        NumberOrNull(writer, "Room", store.Space.Left);
    }

    private void WriteSpool(Utf8JsonWriter writer)
    {
        if (store.Spool is not { } spool)
        {
            writer.WriteNull("Spool");
            return;
        }
        Object(writer, "Spool", to =>
        {
            to.WriteNumber("Messages", spool.Messages);
            to.WriteNumber("Size", spool.Octets);
            if (spool.Since is { } since) to.WriteString("Since", Rfc3339Converter.Format(since));
            else to.WriteNull("Since");
            to.WriteString("Trouble", spool.Trouble ?? "");
        });
    }

    private static void WriteProcess(Utf8JsonWriter writer)
    {
        ProcessFigures figures = ProcessFigures.Now();
        writer.WriteNumber("Memory", figures.ResidentBytes);
        writer.WriteNumber("ManagedMemory", GC.GetGCMemoryInfo().HeapSizeBytes);
        writer.WriteNumber("CpuSeconds", figures.CpuSeconds);
        writer.WriteNumber("Processors", Environment.ProcessorCount);
        NumberOrNull(writer, "Descriptors", figures.Descriptors < 0 ? null : figures.Descriptors);
        NumberOrNull(writer, "MaxDescriptors", figures.MostDescriptors < 0 ? null : figures.MostDescriptors);
    }

    private void WriteWeb(Utf8JsonWriter writer)
    {
        writer.WriteNumber("Connections", Metrics.WebConnections.Value);
        writer.WriteNumber("OpenConnections", Metrics.OpenWebConnections.Value);
        writer.WriteNumber("LivePeers", Metrics.LivePeers.Value);
    }

    private void WriteListeners(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("Listeners");
        foreach (ListenerFigures listener in Metrics.Listeners)
        {
            writer.WriteStartObject();
            writer.WriteString("Protocol", listener.Protocol);
            writer.WriteString("Address", listener.Address.ToString());
            writer.WriteString("TLS", listener.Tls switch { ListenerTls.Implicit => "implicit", ListenerTls.StartTls => "starttls", _ => "none" });
            writer.WriteBoolean("Proxy", listener.IsBehindProxy);
            writer.WriteNumber("Connections", listener.Connections.Value);
            writer.WriteNumber("OpenConnections", listener.OpenConnections.Value);
            writer.WriteNumber("Messages", listener.Messages.Value);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void Object(Utf8JsonWriter writer, string name, Action<Utf8JsonWriter> write)
    {
        writer.WriteStartObject(name);
        write(writer);
        writer.WriteEndObject();
    }

    private static void NumberOrNull(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number) writer.WriteNumber(name, number);
        else writer.WriteNull(name);
    }
}
