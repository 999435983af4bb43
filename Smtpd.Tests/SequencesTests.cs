using NUnit.Framework;

namespace Smtpd.Tests;

/// <summary>Select and Where of our own do what those of System.Linq do.</summary>
public sealed class SequencesTests
{
    private static readonly int[] s_numbers = [3, 1, 4, 1, 5];

    [Test]
    public void They_choose_and_change_in_order() => Assert.That(
        s_numbers.Where(one => one > 1).Select((one, place) => one * 10 + place).Select(one => $"{one}"), Is.EqualTo((string[])["30", "41", "52"]));

    [Test]
    public void They_take_no_more_than_they_are_asked_for()
    {
        int taken = 0;
        Assert.That(s_numbers.Select(one => { taken++; return one; }).Where(one => one == 1).First(), Is.EqualTo(1));
        Assert.That(taken, Is.EqualTo(2));
    }
}
