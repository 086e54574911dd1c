package net.realmbridge.keycloak.client;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/**
 * Sends one request and waits for the whole answer within one deadline. The deadline is taken by the waiting thread, not by the
 * HTTP client, because the client's own time-outs leave out name resolution, the TLS handshake or a body that drips in.
 */
final class HttpTransport implements AutoCloseable {
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final ExecutorService executor = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "realmbridge-http-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    });
    private final HttpClient http;

    HttpTransport(SSLContext tls, Duration connectTimeout) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .executor(executor);
        if (tls != null) {
            builder.sslContext(tls);
        }
        http = builder.build();
    }

    Answer<Replies.Reply> exchange(HttpRequest request, Duration deadline, int maxBytes) {
        return send(request, new LimitedBody.Handler(maxBytes), deadline)
                .then(response -> Answer.found(new Replies.Reply(
                        response.statusCode(),
                        response.headers().firstValue(Replies.VERSION_HEADER).orElse(null),
                        response.headers().firstValue("Retry-After").orElse(null),
                        response.body())));
    }

    /** Waits for the body handler's value; a streaming handler yields it as soon as the headers are there. */
    <B> Answer<HttpResponse<B>> send(HttpRequest request, HttpResponse.BodyHandler<B> handler, Duration deadline) {
        CompletableFuture<HttpResponse<B>> call = http.sendAsync(request, handler);
        try {
            return Answer.found(call.get(deadline.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            call.cancel(true);
            return Answer.unavailable(Outage.TIMEOUT, "no complete answer within " + deadline.toMillis() + " ms");
        } catch (InterruptedException e) {
            call.cancel(true);
            Thread.currentThread().interrupt();
            return Answer.unavailable(Outage.INTERRUPTED, "interrupted while waiting for the bridge");
        } catch (CancellationException e) {
            return Answer.unavailable(Outage.INTERRUPTED, "cancelled");
        } catch (ExecutionException e) {
            return Answer.unavailable(outage(e.getCause()), Failures.inWords(e.getCause()));
        }
    }

    private static Outage outage(Throwable cause) {
        if (cause instanceof HttpTimeoutException) {
            return Outage.TIMEOUT;
        }
        return cause instanceof LimitedBody.TooLargeException ? Outage.BAD_ANSWER : Outage.UNREACHABLE;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
