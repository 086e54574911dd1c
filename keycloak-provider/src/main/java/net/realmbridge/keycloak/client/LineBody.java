package net.realmbridge.keycloak.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Hands a body to another thread line by line. One chunk is asked for at a time, so a slow reader slows the server down instead
 * of filling the heap, and {@link #nextLine} gives up after a time, also when a line drips in byte by byte, which a blocking stream can't do.
 */
final class LineBody implements HttpResponse.BodySubscriber<LineBody> {
    private static final int MAX_LINE = 4 << 20;
    private static final Object END = new Object();

    private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();
    private final CompletableFuture<LineBody> self = CompletableFuture.completedFuture(this);
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream(1024);
    private volatile Flow.Subscription subscription;
    private ByteBuffer current = ByteBuffer.allocate(0);
    private List<ByteBuffer> pending = List.of();
    private boolean ended;

    /** @return the next line without its end, or {@code null} at the end of the body */
    byte[] nextLine(long millis) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        partial.reset();
        while (true) {
            while (current.hasRemaining()) {
                byte b = current.get();
                if (b == '\n') {
                    return partial.toByteArray();
                }
                partial.write(b);
                if (partial.size() > MAX_LINE) {
                    throw new IOException("a line is too long");
                }
            }
            if (!advance(deadline, millis)) {
                return partial.size() == 0 ? null : partial.toByteArray();
            }
        }
    }

    @SuppressWarnings("unchecked")
    private boolean advance(long deadline, long millis) throws IOException, InterruptedException {
        if (!pending.isEmpty()) {
            current = pending.get(0);
            pending = pending.subList(1, pending.size());
            return true;
        }
        if (ended) {
            return false;
        }
        Object next = queue.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        if (next == null) {
            throw new IOException("no line came within " + millis + " ms");
        }
        if (next instanceof Throwable failure) {
            throw new IOException(failure);
        }
        if (next == END) {
            ended = true;
            return false;
        }
        pending = (List<ByteBuffer>) next;
        subscription.request(1);
        return advance(deadline, millis);
    }

    void cancel() {
        Flow.Subscription running = subscription;
        if (running != null) {
            running.cancel();
        }
    }

    @Override
    public CompletionStage<LineBody> getBody() {
        return self;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> chunk) {
        if (chunk.isEmpty()) {
            subscription.request(1);
        } else {
            queue.add(chunk);
        }
    }

    @Override
    public void onError(Throwable failure) {
        queue.add(failure);
    }

    @Override
    public void onComplete() {
        queue.add(END);
    }
}
