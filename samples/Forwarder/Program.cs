using Farewell.Http;

// A reverse proxy: every connection to a destination ends as chosen. See README.md.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddReverseProxy()
    .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
    .ConfigureHttpClient(static (_, handler) => handler.UseFarewell());
var application = builder.Build();
application.MapReverseProxy();
await application.RunAsync();
