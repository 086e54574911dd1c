package net.realmbridge.keycloak.client;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** A server that answers as each test tells it to. */
final class FakeServer implements AutoCloseable {
    interface Behaviour {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    FakeServer(Behaviour behaviour) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            try (exchange) {
                behaviour.answer(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<String> requests() {
        return requests;
    }

    static Behaviour json(int status, String body) {
        return respond(status, "1", body);
    }

    static Behaviour respond(int status, String version, String body) {
        return exchange -> {
            if (version != null) {
                exchange.getResponseHeaders().set("Realmbridge-Api", version);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    static Behaviour hang() {
        return exchange -> Thread.sleep(30_000);
    }

    static Behaviour drip() {
        return exchange -> {
            exchange.getResponseHeaders().set("Realmbridge-Api", "1");
            exchange.sendResponseHeaders(200, 100_000);
            OutputStream body = exchange.getResponseBody();
            for (int i = 0; i < 100_000; i++) {
                body.write(' ');
                body.flush();
                Thread.sleep(20);
            }
        };
    }

    /** Announces more than it sends. */
    static Behaviour truncated(String body) {
        return exchange -> {
            exchange.getResponseHeaders().set("Realmbridge-Api", "1");
            exchange.sendResponseHeaders(200, body.length() + 100L);
            exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        };
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
