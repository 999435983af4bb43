using System.Globalization;
using Smtpd.Bench.Parsing;

// parsing make FOLDER                  writes the synthetic shapes, each a folder of messages
// parsing measure SECONDS FOLDER...    prints a line for each folder: us/message and MB/s of processor time of the full parse
// parsing phases SECONDS FOLDER...     prints what scanning, summing up and decoding take of it, and the octets that they allocate
switch (args)
{
    case ["make", string folder]:
        Shapes.Write(folder);
        return 0;
    case ["measure", string seconds, .. string[] folders]:
        foreach (string folder in folders) new Measurement(folder, Seconds(seconds)).PrintWhole();
        return 0;
    case ["phases", string seconds, .. string[] folders]:
        foreach (string folder in folders) new Measurement(folder, Seconds(seconds)).PrintPhases();
        return 0;
    default:
        Console.Error.WriteLine("usage: parsing make FOLDER | measure SECONDS FOLDER... | phases SECONDS FOLDER...");
        return 2;
}

static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));
