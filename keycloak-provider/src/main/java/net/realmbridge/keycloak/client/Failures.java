package net.realmbridge.keycloak.client;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;

/** Says of a failed connection what an operator can act on; Java names it after the place in its code where it was noticed. */
final class Failures {
    private Failures() {
    }

    static String inWords(Throwable failure) {
        List<Throwable> chain = chain(failure);
        if (has(chain, LimitedBody.TooLargeException.class)) {
            return "the answer is too large";
        }
        if (has(chain, HttpTimeoutException.class)) {
            return "no connection in time";
        }
        if (has(chain, UnresolvedAddressException.class) || has(chain, UnknownHostException.class)) {
            return "the host name can't be resolved";
        }
        if (has(chain, NoRouteToHostException.class)) {
            return "there is no route to the host";
        }
        if (has(chain, SSLException.class)) {
            return tls(chain);
        }
        String text = chain.stream().map(Throwable::getMessage).filter(message -> message != null && !message.isBlank()).findFirst().orElse("");
        if (text.contains("reset") || text.contains("Broken pipe")) {
            return "the connection was reset";
        }
        if (has(chain, ConnectException.class)) {
            return "the connection was refused";
        }
        if (has(chain, EOFException.class) || has(chain, ClosedChannelException.class) || text.contains("closed")
                || text.contains("received no bytes")) {
            return "the connection was closed before the answer was complete";
        }
        if (has(chain, ProtocolException.class)) {
            return "what answers at this address does not speak HTTP";
        }
        return text.isEmpty() ? "the connection failed (" + failure.getClass().getSimpleName() + ")" : "the connection failed: " + text;
    }

    private static String tls(List<Throwable> chain) {
        String text = chain.stream().filter(SSLException.class::isInstance).map(Throwable::getMessage).findFirst().orElse("");
        if (has(chain, CertificateExpiredException.class)) {
            return "TLS: the server's certificate has expired";
        }
        if (has(chain, CertPathBuilderException.class)) {
            return "TLS: the server's certificate is not trusted; Keycloak's truststore doesn't have who issued it";
        }
        if (has(chain, CertificateException.class) && text.startsWith("No ")) {
            return "TLS: the server's certificate is for another host name";
        }
        if (text.startsWith("Unrecognized SSL message") || text.startsWith("Unsupported or unrecognized SSL message")) {
            return "TLS: the server does not speak TLS at this port; the bridge URL may have to begin with http:";
        }
        return "TLS: " + text;
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable cause = failure; cause != null && !chain.contains(cause); cause = cause.getCause()) {
            chain.add(cause);
        }
        return chain;
    }

    private static boolean has(List<Throwable> chain, Class<? extends Throwable> type) {
        return chain.stream().anyMatch(type::isInstance);
    }
}
