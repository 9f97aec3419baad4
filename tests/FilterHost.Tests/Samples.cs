using System.Security.Cryptography;

namespace FilterHost.Tests;

/// <summary>Settings and keys that several tests begin with.</summary>
internal static class Samples
{
    public const string Nothing = "[[listener]]\nsocket = \"unix:s\"\nfilters = []\n";

    public const string Message = "From: a@example.com\nSubject: x\n\nbody\n";

    public static string RsaPem { get; } = MakePem(2048);

    /// <summary>A signer on a store of one folder.</summary>
    public static string Signer(string store = "directory = \"keys\"", string socket = "unix:s") =>
        $"""
        [service.keys]
        plugin = "FileKeyStore"
        {store}

        [filter.sign]
        plugin = "DkimSign"

        [[listener]]
        socket = "{socket}"
        filters = ["sign"]

        """;

    public static string MakePem(int bits)
    {
        using var key = RSA.Create(bits);
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }
}
