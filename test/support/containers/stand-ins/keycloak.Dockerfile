# Stands in for Keycloak's image: layout, user, ports and entry point of the official one; the context is the distribution.
FROM debian:trixie-slim
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openjdk-21-jre-headless \
 && rm -rf /var/lib/apt/lists/* \
 && echo 'keycloak:x:1000:0:keycloak user:/opt/keycloak:/sbin/nologin' >> /etc/passwd \
 && ln -sf bash /bin/sh
ENV LANG=C.UTF-8 KC_RUN_IN_CONTAINER=true
COPY --chown=1000:0 . /opt/keycloak
USER 1000
EXPOSE 8080 8443 9000
ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]
