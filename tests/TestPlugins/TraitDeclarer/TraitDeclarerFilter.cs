namespace FilterHost.TestPlugins.TraitDeclarer;

public sealed class TraitDeclarerFilter : MessageFilter;
