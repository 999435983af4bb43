using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Storage.Search;

namespace Smtpd.Tests.Storage.Search;

/// <summary>The search language.</summary>
public sealed class SearchQueryTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo _east = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(2), "east", "east");

    private static IReadOnlyList<SearchTerm> Terms(string text)
    {
        Assert.That(SearchQuery.TryParse(text, _east, _now, out SearchQuery? query, out string? problem), Is.True, problem);
        return query!.Terms;
    }

    private static string Problem(string text)
    {
        Assert.That(SearchQuery.TryParse(text, _east, _now, out _, out string? problem), Is.False, text);
        return problem!;
    }

    private static WordsTerm Words(string words, bool isBeginning = true, bool isNegated = false, SearchColumns columns = SearchColumns.Everywhere) => new(columns, words, isBeginning, isNegated);

    [Test]
    public void Empty_query_has_no_terms() => Assert.That(Terms(" \t\r\n\u3000\0"), Is.Empty);

    [Test]
    public void Free_words_and_phrases_may_be_negated() => Assert.That(Terms("""Hello "Two Words" -not !"nor this" – x"""), Is.EqualTo(new SearchTerm[]
    {
        Words("hello "), Words("two words ", isBeginning: false), Words("not ", isNegated: true), Words("nor this ", isBeginning: false, isNegated: true), Words("x "),
    }));

    [TestCase("to:bob", SearchColumns.To)]
    [TestCase("FROM:bob", SearchColumns.From)]
    [TestCase("cc:bob", SearchColumns.Cc)]
    [TestCase("bcc:bob", SearchColumns.BlindCopies)]
    [TestCase("Reply-To:bob", SearchColumns.ReplyTo)]
    [TestCase("addressed:bob", SearchColumns.Addresses)]
    [TestCase("subject:bob", SearchColumns.Subject)]
    [TestCase("filename:bob", SearchColumns.FileNames)]
    public void Words_are_looked_for_where_the_operator_says(string text, object columns)
    {
        Assert.That(Terms(text), Is.EqualTo(new[] { Words("bob ", columns: (SearchColumns)columns) }));
        Assert.That(Terms("-" + text), Is.EqualTo(new[] { Words("bob ", isNegated: true, columns: (SearchColumns)columns) }));
    }

    [TestCase("subject:\"two words\"", "two words ", false)]
    [TestCase("subject:\u201Ctwo words\u201D", "two words ", false)]
    [TestCase("subject:\"never closed", "never closed ", false)]
    [TestCase("subject:two\"words", "two words ", true)]
    [TestCase("subject:10:30", "10 30 ", true)]
    public void Values_may_be_quoted(string text, string words, bool isBeginning) =>
        Assert.That(Terms(text), Is.EqualTo(new[] { Words(words, isBeginning, columns: SearchColumns.Subject) }));

    [TestCase("http://example.com/x", "http example com x ")]
    [TestCase("unknown:value", "unknown value ")]
    [TestCase("re:re:", "re re ")]
    [TestCase(":", null)]
    [TestCase("to-do:x", "to do x ")]
    public void What_is_no_operator_is_words(string text, string? words)
    {
        if (words is null) Assert.That(Problem(text), Does.Contain("no letter or digit"));
        else Assert.That(Terms(text), Is.EqualTo(new[] { Words(words) }));
    }

    [Test]
    public void Message_ids_are_looked_for_as_marked_words() =>
        Assert.That(Terms("message-id:<A.1@host>"), Is.EqualTo(new[] { Words("\uE002a \uE0021 \uE002host ", columns: SearchColumns.MessageId) }));

    [Test]
    public void Marks_and_parts_are_known() => Assert.That(Terms("is:read is:UNREAD -is:starred is:tagged has:attachment -has:inline"), Is.EqualTo(new SearchTerm[]
    {
        new MarkTerm(SearchMark.Unread, true), new MarkTerm(SearchMark.Unread, false), new MarkTerm(SearchMark.Starred, true), new MarkTerm(SearchMark.Tagged, false),
        new WordsTerm(SearchColumns.Traits, SearchTraits.Attachment, false, false), new WordsTerm(SearchColumns.Traits, SearchTraits.Inline, false, true),
    }));

    [Test]
    public void Tags_mailboxes_and_domains_are_compared_by_their_keys() => Assert.That(Terms("tag:\"\u00DCber Mut\" mailbox:Alice@Example.COM. -domain:b\u00FCcher.example"), Is.EqualTo(new SearchTerm[]
    {
        new TagTerm("uber mut", false), new PlaceTerm("alice@example.com", false, false), new PlaceTerm("xn--bcher-kva.example", true, true),
    }));

    [TestCase("header:X-Mailer=swaks", "X-Mailer", "swaks ", true)]
    [TestCase("header:X-Mailer=\"two words\"", "X-Mailer", "two words ", false)]
    [TestCase("header:\"X-Mailer=two words\"", "X-Mailer", "two words ", false)]
    [TestCase("header:X-Mailer=", "X-Mailer", "", false)]
    [TestCase("header:X-Mailer", "X-Mailer", "", false)]
    public void Headers_are_looked_for_by_name(string text, string name, string words, bool isBeginning) =>
        Assert.That(Terms(text), Is.EqualTo(new[] { new HeaderTerm(name, words, isBeginning, false) }));

    [TestCase("2026-11-21", "2026-11-20T22:00:00Z")]
    [TestCase("2026/11/21", "2026-11-20T22:00:00Z")]
    [TestCase("2026-11", "2026-10-31T22:00:00Z")]
    [TestCase("2026", "2025-12-31T22:00:00Z")]
    [TestCase("today", "2026-11-21T22:00:00Z")]
    [TestCase("Yesterday", "2026-11-20T22:00:00Z")]
    [TestCase("2026-11-21T14:30", "2026-11-21T12:30:00Z")]
    [TestCase("\"2026-11-21 14:30:15\"", "2026-11-21T12:30:15Z")]
    [TestCase("2026-11-21T14:30:15Z", "2026-11-21T14:30:15Z")]
    [TestCase("2026-11-21t14:30:15.5z", "2026-11-21T14:30:15.5Z")]
    [TestCase("2026-11-21T14:30:15-05:00", "2026-11-21T19:30:15Z")]
    [TestCase("12h", "2026-11-22T00:00:00Z")]
    [TestCase("7d", "2026-11-15T12:00:00Z")]
    [TestCase("4w", "2026-10-25T12:00:00Z")]
    [TestCase("3m", "2026-08-22T12:00:00Z")]
    [TestCase("1Y", "2025-11-22T12:00:00Z")]
    [TestCase("0001-01-01", "0001-01-01T00:00:00Z")]
    [TestCase("999999999y", "0001-01-01T00:00:00Z")]
    [TestCase("999999999d", "0001-01-01T00:00:00Z")]
    public void Times_are_read_in_the_readers_zone(string text, string instant)
    {
        DateTimeOffset expected = DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(Terms("after:" + text), Is.EqualTo(new[] { new TimeTerm(expected, false) }));
        Assert.That(Terms("before:" + text), Is.EqualTo(new[] { new TimeTerm(expected, true) }));
    }

    [TestCase("larger:500", 500)]
    [TestCase("larger:500k", 512_000)]
    [TestCase("larger:5M", 5_242_880)]
    [TestCase("larger:1.5mb", 1_572_864)]
    [TestCase("larger:1GiB", 1_073_741_824)]
    public void Sizes_are_read(string text, long octets) => Assert.That(Terms(text), Is.EqualTo(new[] { new SizeTerm(octets, false) }));

    [Test]
    public void Smaller_means_fewer_octets() => Assert.That(Terms("smaller:1k"), Is.EqualTo(new[] { new SizeTerm(1023, true) }));

    [TestCase("after:never", "after:never", "after:7d")]
    [TestCase("before:2026-13-01", "before:2026-13-01", "RFC|date")]
    [TestCase("larger:big", "larger:big", "larger:500k")]
    [TestCase("smaller:-1", "smaller:-1", "smaller:500k")]
    [TestCase("larger:99999999999999999999999999", "larger:", "size")]
    [TestCase("is:blue", "is:blue", "unread")]
    [TestCase("has:wings", "has:wings", "attachment")]
    [TestCase("mailbox:alice", "mailbox:alice", "address")]
    [TestCase("domain:a@b", "domain:a@b", "domain")]
    [TestCase("subject:", "subject:", "value")]
    [TestCase("subject:\"\"", "subject:", "value")]
    [TestCase("subject:!!", "subject:!!", "letter")]
    [TestCase("header:=x", "header:=x", "field")]
    [TestCase("!!!", "!!!", "letter")]
    public void Bad_value_is_named_with_the_way_out(string text, string named, string wayOut)
    {
        string problem = Problem(text);
        Assert.That(problem, Does.Contain(named).And.Match(wayOut));
        Assert.That(problem, Does.Not.Contain("Exception"));
    }

    [Test]
    public void Length_and_number_of_terms_are_limited()
    {
        Assert.That(Problem(new string('a', SearchQuery.MostLetters + 1)), Does.Contain("1,001").And.Contain("1,000"));
        Assert.That(Problem(string.Join(' ', Enumerable.Range(0, SearchQuery.MostTerms + 1))), Does.Contain("50"));
        Assert.That(Terms(string.Join(' ', Enumerable.Repeat("same", 100))), Has.Count.EqualTo(1));
    }

    [Test]
    public void Every_text_is_a_query_or_a_problem()
    {
        string[] pieces = ["to:", "header:", "after:", "larger:", "is:", "\"", "-", "!", "=", ":", " ", "x", "7d", "5M", "\u65E5", "\uD83D", "\0", "'", "*", "OR", "NEAR(", ")", "2026-11-21", "@", "\u0301"];
        Gen<string> text = Gen.ArrayOf(Gen.OneOf(Gen.Elements(pieces), Gen.Choose(0, 0xFFFF).Select(point => ((char)point).ToString()))).Select(string.Concat);
        Prop.ForAll(text.ToArbitrary(), one =>
        {
            bool isQuery = SearchQuery.TryParse(one, _east, _now, out SearchQuery? query, out string? problem);
            return isQuery ? query!.Terms.All(term => term is not WordsTerm words || words.Words.EndsWith(' ')) : problem!.Length > 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }
}
