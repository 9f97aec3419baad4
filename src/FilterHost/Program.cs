using FilterHost.Commands;

return await CommandLine.InvokeAsync(args);
