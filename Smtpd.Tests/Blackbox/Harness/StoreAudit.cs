using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>Holds what a store has against what was sent and what was acknowledged.</summary>
internal static class StoreAudit
{
    /// <summary>
    /// Every acknowledged message must be there once, under its id, octet for octet. A message without acknowledgement may be there once
    /// (the reply may have been lost) where <paramref name="othersMayBeThere"/> says so, and never in pieces.
    /// </summary>
    public static async Task ExpectAsync(ApiClient api, IEnumerable<BulkMail> sent, IReadOnlyDictionary<int, string> acknowledged, bool othersMayBeThere)
    {
        Dictionary<int, BulkMail> bySerial = sent.ToDictionary(mail => mail.Serial);
        IReadOnlyDictionary<string, (int Serial, string Digest)> stored = await api.AllSourcesAsync(source => (BulkMail.SerialOf(source.ReturnPath), source.Digest));

        int total = await api.TotalAsync();
        Assert.Multiple(() =>
        {
            Assert.That(total, Is.EqualTo(stored.Count), "the count and the list agree");
            Assert.That(stored.Values.GroupBy(one => one.Serial).Where(group => group.Count() > 1).Select(group => group.Key), Is.Empty, "messages stored twice");
            Assert.That(acknowledged.Where(one => !stored.TryGetValue(one.Value, out (int Serial, string Digest) found) || found.Serial != one.Key).Select(one => one.Key),
                Is.Empty, "acknowledged messages that are lost");
            Assert.That(stored.Values.Where(one => bySerial[one.Serial].Digest != one.Digest).Select(one => one.Serial), Is.Empty, "messages that came back changed");
            if (!othersMayBeThere)
                Assert.That(stored.Values.Select(one => one.Serial).Except(acknowledged.Keys), Is.Empty, "messages that nobody was told about");
        });
    }
}
