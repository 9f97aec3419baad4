namespace FilterHost.Examples.AttachmentPolicy;

public sealed record AttachmentPolicySettings
{
    [Setting("File names that are not allowed; * and ? stand for any characters and any one, letter case is ignored. Names inside archives count too, without their folder.")]
    public IReadOnlyList<string> Names { get; init; } =
    [
        "*.bat", "*.chm", "*.cmd", "*.com", "*.cpl", "*.dll", "*.exe", "*.hta", "*.iso", "*.jar", "*.js", "*.jse", "*.lnk", "*.msc", "*.msi", "*.pif", "*.ps1", "*.reg", "*.scr", "*.vbe",
        "*.vbs", "*.wsf", "*.wsh",
    ];

    [Setting("Media types that are not allowed, by what the message says of its parts; * and ? as in names.")]
    public IReadOnlyList<string> Types { get; init; } = ["application/x-msdownload", "application/x-dosexec", "application/x-msdos-program", "application/hta"];

    [Setting("What is done for a part whose name or type, or a name inside of which, is not allowed: accept, tag, strip, quarantine, discard, tempfail or reject. It has no default: say it.")]
    public required AttachmentAction OnMatch { get; init; }

    [Setting("What is done for an archive beyond the bounds below, which nobody can look into at a bearable cost. Default: what on_match says.")]
    public AttachmentAction? OnLimit { get; init; }

    [Setting("What is done for what cannot be read: a broken or encrypted archive inside another, one of a kind that is not looked into (rar, 7z, cab, xz, bzip2, zstd), a message that is no MIME.")]
    public AttachmentAction OnUnreadable { get; init; } = AttachmentAction.Accept;

    [Setting("What is done in place of strip for a part that is signed: to take it out would break the signature. Not strip.")]
    public AttachmentAction OnSigned { get; init; } = AttachmentAction.Reject;

    [Setting("How many archives may lie in one another; a .tar.gz is two. 0 looks into none.", Minimum = 0, Maximum = 16)]
    public int ArchiveDepth { get; init; } = 4;

    [Setting("The most entries of all archives of a message.", Minimum = 1, Maximum = 1_000_000)]
    public int ArchiveEntries { get; init; } = 5000;

    [Setting("The most octets of all archives of a message, unpacked where one lies in another. They are held in memory.", Minimum = 1024, Maximum = 1L << 30)]
    public ByteSize ArchiveSize { get; init; } = new(64L << 20);

    [Setting("The text that takes the place of a part that is stripped. {name} stands for its name.")]
    public string Replacement { get; init; } = "The attachment \"{name}\" was removed. It is of a kind that this mail system does not accept.";

    [Setting("The header field that says what was found, for tag.")]
    public string TagField { get; init; } = "X-Attachment-Policy";
}
