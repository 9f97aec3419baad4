namespace FilterHost.MailAuth.Spf;

/// <summary>What comes of one mechanism (RFC 7208 §5): it matches, it does not, or it ends the evaluation.</summary>
/// <param name="IsMatch">True for a match.</param>
/// <param name="Width">As <see cref="SpfResult.MatchWidth"/>.</param>
/// <param name="Error">The result that ends the evaluation.</param>
internal readonly record struct Match(bool IsMatch, int? Width = null, Finding? Error = null)
{
    public static Match No => default;

    public static Match Ends(Finding error) => new(false, null, error);
}
