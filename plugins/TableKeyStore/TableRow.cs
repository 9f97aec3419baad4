namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Where a row's key and value are in the octets of its table.</summary>
/// <param name="Line">The line in the file, or the item of the list, from 1.</param>
/// <param name="KeyStart">First octet of the key.</param>
/// <param name="KeyLength">Octets of the key.</param>
/// <param name="ValueStart">First octet of the value.</param>
/// <param name="ValueLength">Octets of the value; 0 where there is none.</param>
internal readonly record struct TableRow(int Line, int KeyStart, int KeyLength, int ValueStart, int ValueLength);
