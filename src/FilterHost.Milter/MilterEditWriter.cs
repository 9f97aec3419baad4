namespace FilterHost.Milter;

/// <summary>Writes edits at the end of a message, in the order in which the MTA is to apply them. They stay in memory until the reply.</summary>
/// <remarks>
/// An edit that was not granted throws <see cref="InvalidOperationException"/>, text that would break the frame or the header section throws <see cref="ArgumentException"/>:
/// both are faults of the caller, and nothing of that edit is written.
/// </remarks>
public sealed class MilterEditWriter
{
    private readonly MilterFrameWriter _frames;
    private MilterActions _granted;
    private bool _leadingSpace;

    internal MilterEditWriter(MilterFrameWriter frames) => _frames = frames;

    /// <summary>The most octets of data that a frame may carry: 65,535, or more where a larger size was agreed.</summary>
    public int MaximumData { get; private set; } = MilterDataSize.Of(MilterSteps.None);

    /// <summary>The number of frames written so far.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a field at the end of the header section (SMFIR_ADDHEADER).</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">All octets after the colon; folds are CRLF or LF and white space.</param>
    public void AddHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var start = Begin(MilterReplyCode.AddHeader, MilterActions.AddHeaders);
        Field(start, name, value, keepsEmpty: false);
        End(start);
    }

    /// <summary>Inserts a field (SMFIR_INSHEADER).</summary>
    /// <param name="index">0 is above all others.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="value">As for <see cref="AddHeader"/>.</param>
    public void InsertHeader(int index, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var start = Begin(MilterReplyCode.InsertHeader, MilterActions.AddHeaders);
        _frames.Number((uint)index);
        Field(start, name, value, keepsEmpty: false);
        End(start);
    }

    /// <summary>Changes or deletes a field (SMFIR_CHGHEADER).</summary>
    /// <param name="index">Counts the fields of that name from 1.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="value">As for <see cref="AddHeader"/>; an empty one deletes the field.</param>
    public void ChangeHeader(int index, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(index);
        var start = Begin(MilterReplyCode.ChangeHeader, MilterActions.ChangeHeaders);
        _frames.Number((uint)index);
        Field(start, name, value, keepsEmpty: value.Length > 0);
        End(start);
    }

    /// <summary>Replaces the body (SMFIR_REPLBODY). Postfix takes any other edit between the chunks for an error, so the body is given whole.</summary>
    /// <param name="body">The new body, lines ended by CRLF.</param>
    public void ReplaceBody(ReadOnlySpan<byte> body)
    {
        do
        {
            var chunk = body[..Math.Min(body.Length, MaximumData)];
            var start = Begin(MilterReplyCode.ReplaceBody, MilterActions.ChangeBody);
            _frames.Octets(chunk);
            End(start);
            body = body[chunk.Length..];
        }
        while (body.Length > 0);
    }

    /// <summary>Adds a recipient (SMFIR_ADDRCPT, or SMFIR_ADDRCPT_PAR with parameters).</summary>
    /// <param name="path">The forward-path.</param>
    /// <param name="parameters">ESMTP parameters, separated by spaces.</param>
    public void AddRecipient(ReadOnlySpan<byte> path, string? parameters = null)
    {
        var start = parameters is null
            ? Begin(MilterReplyCode.AddRecipient, MilterActions.AddRecipients)
            : Begin(MilterReplyCode.AddRecipientWithParameters, MilterActions.AddRecipientsWithParameters);
        Address(start, path, parameters);
        End(start);
    }

    /// <summary>Removes a recipient (SMFIR_DELRCPT).</summary>
    /// <param name="path">Exactly the octets that RCPT gave; Sendmail compares them as they are.</param>
    public void DeleteRecipient(ReadOnlySpan<byte> path)
    {
        var start = Begin(MilterReplyCode.DeleteRecipient, MilterActions.DeleteRecipients);
        Text(start, path);
        End(start);
    }

    /// <summary>Replaces the reverse-path (SMFIR_CHGFROM).</summary>
    /// <param name="path">The new reverse-path.</param>
    /// <param name="parameters">ESMTP parameters, separated by spaces.</param>
    public void ChangeSender(ReadOnlySpan<byte> path, string? parameters = null)
    {
        var start = Begin(MilterReplyCode.ChangeSender, MilterActions.ChangeSender);
        Address(start, path, parameters);
        End(start);
    }

    /// <summary>Asks the MTA to hold the message (SMFIR_QUARANTINE). It is no final reply.</summary>
    /// <param name="reason">Why; Postfix logs it.</param>
    public void Quarantine(ReadOnlySpan<byte> reason)
    {
        var start = Begin(MilterReplyCode.Quarantine, MilterActions.Quarantine);
        Text(start, reason);
        End(start);
    }

    internal void Grant(MilterActions granted, MilterSteps steps)
    {
        _granted = granted;
        _leadingSpace = steps.HasFlag(MilterSteps.HeaderLeadingSpace);
        MaximumData = MilterDataSize.Of(steps);
    }

    internal void Reset() => Count = 0;

    private int Begin(byte code, MilterActions needed)
    {
        if ((_granted & needed) == 0)
            throw new InvalidOperationException($"the MTA did not grant {needed}");
        var start = _frames.Length;
        _frames.Begin(code);
        return start;
    }

    private void End(int start)
    {
        if (_frames.Length - start - MilterFrameReader.PrefixLength > MaximumData)
            Refuse(start, $"an edit has at most {MaximumData} octets");
        _frames.End();
        Count++;
    }

    private void Address(int start, ReadOnlySpan<byte> path, string? parameters)
    {
        Text(start, path);
        if (parameters is null)
            return;
        if (parameters.Contains('\0', StringComparison.Ordinal))
            Refuse(start, "NUL in an edit");
        _frames.Text(parameters);
        _frames.Octet(0);
    }

    private void Text(int start, ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)0))
            Refuse(start, "NUL in an edit");
        _frames.Octets(text);
        _frames.Octet(0);
    }

    private void Field(int start, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool keepsEmpty)
    {
        // RFC 5322 §2.2: a name is printable ASCII without the colon.
        if (name.IsEmpty || name.Contains((byte)':') || name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            Refuse(start, "not a field name");
        Text(start, name);
        var stripped = value;
        // Without SMFIP_HDR_LEADSPC the MTA adds the space itself.
        if (!_leadingSpace && value.StartsWith(" "u8))
            stripped = value[1..];
        Value(start, keepsEmpty && stripped.IsEmpty ? value : stripped);
        _frames.Octet(0);
    }

    // Folds travel as LF and white space: Postfix doubles a CR. A CR that ends no line could end one further on, so it becomes a space.
    private void Value(int start, ReadOnlySpan<byte> value)
    {
        if (!value.ContainsAny((byte)0, (byte)'\r', (byte)'\n'))
        {
            _frames.Octets(value);
            return;
        }
        var target = _frames.Reserve(value.Length);
        var count = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var next = i + 1 < value.Length ? value[i + 1] : (byte)0;
            if (value[i] == 0)
                Refuse(start, "NUL in a field");
            if (value[i] == '\n' && next is not ((byte)' ' or (byte)'\t'))
                Refuse(start, "a line of a field's body that is no fold");
            if (value[i] == '\r' && next == '\n')
                continue;
            target[count++] = value[i] == '\r' ? (byte)' ' : value[i];
        }
        _frames.Unreserve(value.Length - count);
    }

    private void Refuse(int start, string reason)
    {
        _frames.Truncate(start);
        throw new ArgumentException(reason);
    }
}
