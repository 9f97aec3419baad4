namespace FilterHost.Hosting.Isolation;

/// <summary>An attribute of a message on its way between host and worker: one of these is set.</summary>
internal sealed record CarriedAttribute(string Name, string? Text = null, int? Number = null, long? LongNumber = null, double? Fraction = null, bool? Truth = null, byte[]? Octets = null)
{
    /// <summary>The attribute, or null where its type is none that another process knows.</summary>
    public static CarriedAttribute? Of(string name, object value) => value switch
    {
        string text => new(name, Text: text),
        int number => new(name, Number: number),
        long number => new(name, LongNumber: number),
        double number => new(name, Fraction: number),
        bool truth => new(name, Truth: truth),
        byte[] octets => new(name, Octets: octets),
        _ => null,
    };

    public object? ToValue() => Text ?? Number ?? LongNumber ?? Fraction ?? Truth ?? (object?)Octets;
}
