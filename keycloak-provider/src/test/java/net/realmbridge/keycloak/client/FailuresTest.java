package net.realmbridge.keycloak.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** An operator reads these words in the status, in the log and in a sync's result. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FailuresTest {
    private static final String ID = "0199f0c2-8c1e-7aaa-9d2c-2f6f0c1f7b11";

    private static String failureOf(String url, SSLContext tls) {
        try (BridgeClient client = new HttpBridgeClient(url, "acme", "secret", Duration.ofSeconds(20), tls)) {
            Answer<BridgeUser> answer = client.userById(ID);
            assertThat(answer).isInstanceOf(Answer.Unavailable.class);
            return ((Answer.Unavailable<BridgeUser>) answer).detail();
        }
    }

    private interface Rudeness {
        void show(Socket socket) throws IOException;
    }

    /** What the client says of a server that treats each connection so. */
    private static String failureWith(String scheme, Rudeness rudeness) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                while (!server.isClosed()) {
                    try (Socket socket = server.accept()) {
                        rudeness.show(socket);
                    } catch (IOException e) {
                        // The next one, or the end.
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
            return failureOf(scheme + "://127.0.0.1:" + server.getLocalPort(), null);
        }
    }

    private static void answer(Socket socket, String text) throws IOException {
        socket.getInputStream().read(new byte[4_000]);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void a_refused_connection() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertThat(failureOf("http://127.0.0.1:" + port, null)).isEqualTo("the connection was refused");
        assertThat(failureOf("https://127.0.0.1:" + port, null)).isEqualTo("the connection was refused");
    }

    @Test
    void an_unknown_host() {
        assertThat(failureOf("http://no-such-host.invalid", null)).isEqualTo("the host name can't be resolved");
    }

    @Test
    void a_connection_that_ends_early() throws Exception {
        assertThat(failureWith("http", socket -> answer(socket, ""))).isEqualTo("the connection was closed before the answer was complete");
        assertThat(failureWith("http", socket -> answer(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")))
                .isEqualTo("the connection was closed before the answer was complete");
        // Which of the two a reset looks like depends on how far the request has come.
        assertThat(failureWith("http", socket -> socket.setSoLinger(true, 0)))
                .isIn("the connection was reset", "the connection was closed before the answer was complete");
    }

    @Test
    void something_that_is_no_web_server() throws Exception {
        assertThat(failureWith("http", socket -> answer(socket, "220 mail.test ESMTP\r\n\r\n")))
                .isEqualTo("what answers at this address does not speak HTTP");
        assertThat(failureWith("https", socket -> answer(socket, "HTTP/1.1 400 Bad Request\r\n\r\n"))).startsWith("TLS: the server does not speak TLS");
    }

    @Test
    void a_certificate_that_is_not_trusted_or_of_another_name_or_expired() throws Exception {
        try (TlsServer server = new TlsServer("ip:127.0.0.1", FakeServer.json(404, "{\"code\":\"user_absent\"}"))) {
            assertThat(failureOf(server.url(), null)).startsWith("TLS: the server's certificate is not trusted");
            try (BridgeClient client = new HttpBridgeClient(server.url(), "acme", "secret", Duration.ofSeconds(20), server.trusting())) {
                assertThat(client.userById(ID)).isInstanceOf(Answer.Absent.class);
            }
        }
        try (TlsServer server = new TlsServer("dns:other.test", FakeServer.json(200, "{}"))) {
            assertThat(failureOf(server.url(), server.trusting())).isEqualTo("TLS: the server's certificate is for another host name");
        }
        assertThat(Failures.inWords(new SSLHandshakeException("PKIX path validation failed") {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Throwable getCause() {
                return new CertificateExpiredException("NotAfter: yesterday");
            }
        })).isEqualTo("TLS: the server's certificate has expired");
    }

    @Test
    void no_failure_is_without_words() {
        assertThat(Failures.inWords(new IOException())).isEqualTo("the connection failed (IOException)");
        assertThat(Failures.inWords(new IOException("something new"))).isEqualTo("the connection failed: something new");
    }
}
