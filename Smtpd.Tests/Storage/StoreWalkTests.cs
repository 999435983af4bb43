using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage;

/// <summary>Mail, marks, tags and deletions in any order and in any scope leave a store as a plain list of entries would be.</summary>
[TestFixture(StoreKind.Memory), TestFixture(StoreKind.Sqlite), TestFixture(StoreKind.Mongo)]
internal sealed class StoreWalkTests(StoreKind kind) : StoreFixture
{
    /// <summary>Each step asks a server some fifty times.</summary>
    private const int DistantSteps = 25;

    private static readonly string[] _mailboxes = ["a@x.test", "b@x.test", "c@x.test", "a@y.test", "b@y.test", "a@z.test"];
    private static readonly string[] _domains = ["x.test", "y.test", "z.test", "nowhere.test"];
    private static readonly string[] _tags = ["one", "One", "two", "three"];

    protected override IMailStore Create(TemporaryFolder folder) => Create(kind, folder);

    [TestCase(1), TestCase(2), TestCase(3), TestCase(4)]
    public Task A_walk_ends_where_the_model_does(int seed) => WalkAsync(seed, steps: kind == StoreKind.Mongo ? DistantSteps : 150);

    [Test, Category("Torture")]
    public Task A_long_walk_does_too([Range(101, 125)] int seed) => WalkAsync(seed, steps: 500);

    private async Task WalkAsync(int seed, int steps)
    {
        var random = new Random(seed);
        var model = new StoreModel();
        for (int step = 0; step < steps; step++)
        {
            string what = await StepAsync(random, model);
            await CompareAsync(random, model, $"seed {seed}, step {step}: {what}");
        }
    }

    private async Task<string> StepAsync(Random random, StoreModel model)
    {
        MailScope scope = ScopeOf(random);
        IReadOnlyList<MessageId>? ids = IdsOf(random, model);
        string target = $"{Name(scope)}, {(ids is null ? "all" : $"{ids.Count} ids")}";
        switch (random.Next(10))
        {
            case < 4:
                string[][] recipients = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.GetItems(_mailboxes, random.Next(1, 4)))];
                IReadOnlyList<MessageId> kept = KeepAll([.. recipients.Select(to => Mail("mail", to))]);
                for (int i = 0; i < kept.Count; i++) model.Add(kept[i], recipients[i]);
                return $"{kept.Count} mails";
            case < 7:
                var marks = new Marks(Choose(random), Choose(random));
                long marked = model.Change(scope, ids, entry =>
                {
                    entry.Read = marks.Read ?? entry.Read;
                    entry.Starred = marks.Starred ?? entry.Starred;
                });
                Assert.That(await Store.MarkAsync(scope, ids, marks, default), Is.EqualTo(marked), $"{marks} of {target}");
                return $"{marks} of {target}";
            case 7:
                IReadOnlyList<MessageId> some = ids ?? model.Ids;
                string[] tags = random.GetItems(_tags, random.Next(4));
                long tagged = model.Change(scope, some, entry => entry.Tags = [.. tags]);
                Assert.That(await Store.SetTagsAsync(scope, some, tags, default), Is.EqualTo(tagged), $"tags of {target}");
                return $"tags of {target}";
            case 8:
                string tag = _tags[random.Next(_tags.Length)];
                string? name = random.Next(3) == 0 ? null : _tags[random.Next(_tags.Length)];
                Assert.That(await Store.RenameTagAsync(scope, tag, name, default), Is.EqualTo(model.Rename(scope, tag, name)), $"{tag} to {name} of {target}");
                return $"{tag} to {name} of {target}";
            default:
                // All of everything would leave too little to walk on.
                if (ids is null && (scope.IsEverything || random.Next(3) > 0)) ids = [.. model.Ids.Where(_ => random.Next(4) == 0)];
                Assert.That(await Store.DeleteAsync(scope, ids, default), Is.EqualTo(model.Delete(scope, ids)), $"deletion of {target}");
                return $"deletion of {target}";
        }
    }

    private async Task CompareAsync(Random random, StoreModel model, string when)
    {
        foreach (MailScope scope in (MailScope[])[MailScope.Everything, ScopeOf(random), Box(_mailboxes[random.Next(_mailboxes.Length)]), Domain(_domains[random.Next(_domains.Length)])])
        {
            string where = $"{when}, seen in {Name(scope)}";
            List<string> lines = model.Lines(scope);
            Assert.That(await CountsAsync(scope), Is.EqualTo(model.Counts(scope)), where);
            Assert.That(await LinesAsync(scope, 0, null, 1000), Is.EqualTo(lines), where);
            (int start, int limit) = (random.Next(lines.Count + 2), random.Next(1, 10));
            Assert.That(await LinesAsync(scope, start, null, limit), Is.EqualTo(lines.Skip(start).Take(limit)), where);
            if (model.Ids.Count > 0)
            {
                MessageId before = model.Ids[random.Next(model.Ids.Count)];
                Assert.That(await LinesAsync(scope, start / 2, before, limit),
                    Is.EqualTo(lines.Where(line => string.CompareOrdinal(line[..MessageId.Digits], before.ToString()) < 0).Skip(start / 2).Take(limit)), where);
            }
            Assert.That((await Store.LatestAsync(scope, default)).ToString(), Is.EqualTo(lines.Count > 0 ? lines[0][..MessageId.Digits] : ""), where);
            Assert.That(await Store.ListTagsAsync(scope, default), Is.EqualTo(model.Tags(scope)), where);
            foreach (bool domains in (bool[])[false, true])
                Assert.That(await Store.ListMailboxesAsync(scope, domains, "", null, 100, default), Is.EqualTo(model.Mailboxes(scope, domains)), where);
        }
    }

    private async Task<IReadOnlyList<string>> LinesAsync(MailScope scope, long start, MessageId? before, int limit) =>
        [.. (await Store.ListAsync(scope, start, before, limit, default)).Messages.Select(one => StoreModel.Line(one.Id, one.Read, one.Starred, one.Tags))];

    private static bool? Choose(Random random) => random.Next(3) switch { 0 => false, 1 => true, _ => null };

    private static MailScope ScopeOf(Random random) => random.Next(5) switch
    {
        0 => MailScope.Everything,
        1 => Box(_mailboxes[random.Next(_mailboxes.Length)]),
        2 => Domain(_domains[random.Next(_domains.Length)]),
        _ => MailScope.Of(random.GetItems(_mailboxes, random.Next(4)), random.GetItems(_domains, random.Next(2))),
    };

    private static IReadOnlyList<MessageId>? IdsOf(Random random, StoreModel model) =>
        random.Next(3) == 0 ? null : [.. model.Ids.Where(_ => random.Next(5) == 0), new MessageId(1, 2, 3)];

    private static string Name(MailScope scope) => scope.IsEverything ? "everything" : $"[{string.Join(' ', scope.Mailboxes.Concat(scope.Domains))}]";
}
