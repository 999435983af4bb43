using System.Text;
using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage;

namespace Smtpd.Web.Status;

/// <summary><c>GET /metrics</c>: everything that is counted, for Prometheus. What it says is about the mail of all.</summary>
internal sealed class MetricsHandler(IMailStore store, WebSurroundings surroundings) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        MessagePage page = await store.ListAsync(request.Visitor.Scope, 0, null, 1, cancellation);
        var text = new MetricsText();
        text.Info("build_info", "The version that runs.", ("version", ProgramVersion.Number));
        WriteMail(text, surroundings.Metrics);
        WriteListeners(text, surroundings.Metrics.Listeners);
        WriteStore(text, page, await store.CountUnindexedAsync(cancellation));
        WriteWeb(text, surroundings.Metrics);
        WriteProcess(text);
        return BytesAnswer.Of(200, MetricsText.ContentType, Encoding.ASCII.GetBytes(text.ToString()));
    }

    private void WriteMail(MetricsText text, Metrics metrics)
    {
        text.Counter("messages_accepted_total", "Messages that were stored and answered 250.", metrics.Accepted.Value);
        text.Counter("messages_accepted_bytes_total", "Octets of the sources of accepted messages.", metrics.AcceptedOctets.Value);
        text.Counter("messages_ignored_total", "Messages that were answered 250 and thrown away.", metrics.Ignored.Value);
        text.Counter("messages_rejected_total", "Mail that was turned away at its sender, its recipients or its end.", metrics.Rejected.Value);
        text.Counter("messages_deleted_total", "Messages, or single entries of them, that readers have deleted.", metrics.Deleted.Value);
        text.Counters("smtp_transactions_total", "SMTP transactions by how they ended.", "outcome", metrics.Transactions.Values.Select(one => (one.Label.ToLowerInvariant(), one.Count)));
        text.Counters("smtp_refusals_total", "Refusals by reply code and enhanced status code.", "reply", metrics.Refusals.Values);
        text.Counters("rejections_total", "Connections, senders, recipients and messages that were refused, by reason.", "reason",
            Rejections.Reasons.Select(reason => (reason.ToString().ToLowerInvariant(), metrics.Rejections.Of(reason))));
        text.Counters("policy_refusals_total", "What stood in somebody's way.", "policy",
            [("spam", surroundings.Tally.Spam), ("blocklist", surroundings.Tally.Blocked), ("limit", surroundings.Tally.Limited)]);
        text.Counter("smtp_connections_total", "SMTP connections that were accepted.", metrics.SmtpConnections.Value);
        text.Gauge("smtp_connections", "SMTP connections that are open.", metrics.OpenSmtpConnections.Value);
        text.Gauge("intake_waiting_messages", "Messages that wait to be committed.", surroundings.Waiting());
        text.Counter("commits_total", "Batches of messages that were committed.", metrics.Commits.Value);
        text.Counter("commits_failed_total", "Batches that could not be committed.", metrics.FailedCommits.Value);
        text.Histogram("commit_seconds", "How long a commit took.", metrics.CommitTimes);
    }

    /// <summary>By the addresses of the configuration.</summary>
    private static void WriteListeners(MetricsText text, IReadOnlyList<ListenerFigures> listeners)
    {
        if (listeners.Count == 0) return;
        text.Counters("listener_connections_total", "Connections that were accepted, by listener.", "listener", listeners.Select(one => (one.Name, one.Connections.Value)));
        text.Gauges("listener_connections", "Connections that are open, by listener.", "listener", listeners.Select(one => (one.Name, one.OpenConnections.Value)));
        text.Counters("listener_messages_total", "Messages that were stored, by listener.", "listener", listeners.Select(one => (one.Name, one.Messages.Value)));
    }

    private void WriteStore(MetricsText text, MessagePage page, long? unindexed)
    {
        text.Gauge("store_messages", "Messages in the store.", page.Total);
        text.Gauge("store_unread_messages", "Unread messages in the store.", page.Unread);
        text.Gauge("store_bytes", "Octets that the store occupies.", store.SizeInBytes);
        if (store.Space.Left is { } left) text.Gauge("store_free_bytes", "Octets for which mail finds room.", left);
        if (store.Space.Free is { } free) text.Gauge("store_disk_free_bytes", "Octets that are free on the store's file system.", free);
        if (unindexed is { } behind) text.Gauge("search_unindexed_messages", $"Messages that the index of words has still to read, counted up to {IMailStore.MostUnindexed}.", behind);
        text.Gauge("store_takes_mail", "1 while the store takes mail.", store.Trouble is null ? 1 : 0);
        if (surroundings.Spool() is { } spool) WriteSpool(text, spool);
    }

    private static void WriteSpool(MetricsText text, SpoolStatus spool)
    {
        text.Gauge("spool_in_use", "1 while mail goes to the spool, and not to the store behind it.", spool.IsInUse ? 1 : 0);
        text.Gauge("spool_messages", "Messages that wait to be forwarded.", spool.Messages);
        text.Gauge("spool_bytes", "Octets of the sources of messages that wait.", spool.Octets);
        text.Gauge("spool_max_bytes", "Octets that find room in the spool.", spool.MostOctets);
        text.Gauge("spool_refused_messages", "Messages that wait because the store behind refuses them.", spool.Held);
        text.Counter("spool_forwarded_total", "Messages that were forwarded.", spool.Forwarded);
        text.Gauge("spool_store_in_trouble", "1 while something is wrong with the store behind the spool.", spool.Trouble is null ? 0 : 1);
    }

    private static void WriteWeb(MetricsText text, Metrics metrics)
    {
        text.Counters("web_answers_total", "Answers by the class of their status.", "status", metrics.WebAnswers.Values);
        text.Counters("web_front_refusals_total", "Answers that were given without a handler, by status; shed: made room for another.", "reason", metrics.WebRefusals.Values);
        text.Counter("web_connections_total", "Web connections that were accepted.", metrics.WebConnections.Value);
        text.Gauge("web_connections", "Web connections that are open.", metrics.OpenWebConnections.Value);
        text.Gauge("live_peers", "Live connections that are told what happens.", metrics.LivePeers.Value);
        text.Counter("live_peers_dropped_total", "Live connections that were dropped because they did not read.", metrics.DroppedLivePeers.Value);
    }

    private void WriteProcess(MetricsText text)
    {
        ProcessFigures figures = ProcessFigures.Now();
        text.Gauge("uptime_seconds", "Since when it runs.", surroundings.Metrics.Uptime.TotalSeconds);
        text.Gauge("start_time_seconds", "When it began, in seconds of Unix time.", surroundings.Metrics.Started.ToUnixTimeMilliseconds() / 1000.0);
        text.Gauge("resident_memory_bytes", "Memory of the process.", figures.ResidentBytes);
        text.Gauge("managed_memory_bytes", "Octets of the garbage-collected heap after its last collection.", GC.GetGCMemoryInfo().HeapSizeBytes);
        text.Counter("cpu_seconds_total", "Processor time of the process.", figures.CpuSeconds);
        if (figures.Descriptors >= 0) text.Gauge("open_descriptors", "Open descriptors.", figures.Descriptors);
        if (figures.MostDescriptors >= 0) text.Gauge("max_descriptors", "How many descriptors there may be.", figures.MostDescriptors);
    }
}
