# Stands in for the OpenLDAP image of compose/, as far as its start script asks for anything: Debian's slapd and its folders.
FROM debian:bookworm-slim
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slapd \
 && rm -rf /var/lib/apt/lists/* /var/lib/ldap/* /etc/ldap/slapd.d/*
VOLUME /etc/ldap/slapd.d /var/lib/ldap
EXPOSE 389 636
