using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace Farewell.Bench;

/// <summary>Requests at a steady rate, each on a connection of its own, as a crawler makes them that keeps none.</summary>
internal sealed class Crawl(HttpMessageHandler handler, Uri page, int octets) : IDisposable
{
    private readonly HttpMessageInvoker _client = new(handler);
    private readonly ConcurrentDictionary<SocketError, int> _errors = [];
    private long _next;
    private int _whole;
    private int _failed;

    /// <summary>Answers that came whole.</summary>
    public int Whole => Volatile.Read(ref _whole);

    /// <summary>Requests that failed.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>Why they did.</summary>
    public IReadOnlyDictionary<SocketError, int> Errors => _errors;

    /// <summary>A handler that opens a connection for each request and lets it go after the answer.</summary>
    public static SocketsHttpHandler Handler() => new() { PooledConnectionLifetime = TimeSpan.Zero, UseProxy = false };

    /// <summary>Makes so many requests.</summary>
    /// <param name="count">How many.</param>
    /// <param name="perSecond">At which rate, as far as the machine carries it; 0: as fast as it can.</param>
    /// <param name="workers">How many at a time.</param>
    /// <param name="limit">No request is begun after.</param>
    public async Task RunAsync(int count, int perSecond, int workers, TimeSpan limit)
    {
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref _next) is var number && number <= count && Stopwatch.GetElapsedTime(begun) < limit)
            {
                var due = perSecond == 0 ? default : TimeSpan.FromSeconds((double)number / perSecond) - Stopwatch.GetElapsedTime(begun);
                if (due >= TimeSpan.FromMilliseconds(1))
                {
                    await Task.Delay(due);
                }

                await AskAsync();
            }
        })));
    }

    public void Dispose() => _client.Dispose();

    private async Task AskAsync()
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, page);
            using var answer = await _client.SendAsync(request, CancellationToken.None);
            var body = await answer.Content.ReadAsByteArrayAsync();
            if (body.Length != octets)
            {
                throw new InvalidOperationException($"{body.Length} of {octets} octets");
            }

            Interlocked.Increment(ref _whole);
        }
        catch (HttpRequestException failed)
        {
            Interlocked.Increment(ref _failed);
            _errors.AddOrUpdate((failed.InnerException as SocketException ?? failed.InnerException?.InnerException as SocketException)?.SocketErrorCode ?? SocketError.SocketError, 1, static (_, count) => count + 1);
        }
    }
}
