using System.Text.Json;
using NUnit.Framework;

namespace Smtpd.Tests.Mongo.Unified;

/// <summary>
/// What the drivers' specifications say of commands, of their answers, and of what is sent once more after which failure: each case on a
/// replica set of one member, with every command compared as it goes over the wire.
/// </summary>
[CancelAfter(60_000)]
public sealed class UnifiedTests
{
    private const string User = "tester:secret";

    private StandIn _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await StandIn.StartAsync(new StandInOptions { Set = "rs0", User = User });

    [OneTimeTearDown]
    public async Task EndAsync() => await _server.DisposeAsync();

    [TestCaseSource(nameof(Writes))]
    public Task A_write_is_sent_again_when_it_may_be(string file, int index) => RunAsync(file, index);

    [TestCaseSource(nameof(Reads))]
    public Task A_read_is_sent_again_when_it_may_be(string file, int index) => RunAsync(file, index);

    [TestCaseSource(nameof(Everyday))]
    public Task Commands_are_what_the_specification_says(string file, int index) => RunAsync(file, index);

    /// <summary>Nothing is left out silently: the reasons stand in the output, and there are no others.</summary>
    [Test]
    public void Cases_that_are_left_out_have_a_reason()
    {
        _ = SpecificationCorpus.Folder;
        Dictionary<string, int> reasons = UnifiedSuite.LeftOut("retryable-writes", "retryable-reads", "crud");
        foreach ((string reason, int count) in reasons.OrderByDescending(one => one.Value)) TestContext.Out.WriteLine($"{count} cases left out: {reason}");
        int asked = Writes().Concat(Reads()).Concat(Everyday()).Count();
        TestContext.Out.WriteLine($"{asked} cases asked");
        Assert.That(asked, Is.GreaterThan(400));
    }

    private static IEnumerable<TestCaseData> Writes() => UnifiedSuite.Cases("retryable-writes");

    private static IEnumerable<TestCaseData> Reads() => UnifiedSuite.Cases("retryable-reads");

    private static IEnumerable<TestCaseData> Everyday() => UnifiedSuite.Cases("crud");

    private async Task RunAsync(string file, int index)
    {
        JsonElement whole = SpecificationCorpus.Read(file, null, 0);
        await _server.ControlAsync("""{"standinReset": 1}""");
        await using var run = new UnifiedRun(_server, User, TestContext.CurrentContext.CancellationToken);
        await run.CarryOutAsync(whole, whole.GetProperty("tests")[index]);
    }
}
