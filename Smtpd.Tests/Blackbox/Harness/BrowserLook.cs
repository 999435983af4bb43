namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>A screen, and whether its owner likes it dark.</summary>
public sealed record BrowserLook(string Name, int Width, int Height, bool IsDark)
{
    public static readonly BrowserLook Desktop = new("desktop", 1440, 900, false);
    public static readonly BrowserLook Phone = new("phone", 390, 780, false);
    public static readonly BrowserLook Tablet = new("tablet", 820, 1100, false);

    /// <summary>Three widths in both schemes.</summary>
    public static IEnumerable<BrowserLook> All =>
        from look in (BrowserLook[])[Desktop, Tablet, Phone] from isDark in (bool[])[false, true] select look with { IsDark = isDark };

    public bool IsPhone => Width < 600;

    public override string ToString() => $"{Name}-{(IsDark ? "dark" : "light")}";
}
