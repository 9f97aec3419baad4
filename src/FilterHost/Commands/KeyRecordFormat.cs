namespace FilterHost.Commands;

/// <summary>How key records are printed.</summary>
internal enum KeyRecordFormat
{
    Line,
    Zone,
    Split,
    Text,
    Json,
    Nsupdate,
}
