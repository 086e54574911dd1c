# Two images: `--target bridge` and `--target keycloak` (Keycloak with the provider and the theme). docs/operations.md
# says how they are run. Builders without BuildKit would make every stage; Docker 23 and newer have it switched on.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG MAVEN_IMAGE=maven:3-eclipse-temurin-21
ARG KEYCLOAK_IMAGE=quay.io/keycloak/keycloak:26.7.5
# Where the jars for Keycloak come from: `source` makes them here, `prebuilt` takes those of `npm run build:provider` and
# `npm run build:theme`.
ARG JARS=source

FROM ${NODE_IMAGE} AS bridge-files
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && npm pkg delete devDependencies \
 && npm sbom --sbom-format=cyclonedx > sbom.cdx.json
COPY bridge bridge
RUN rm -r bridge/dev \
 && find bridge -name '*.test.ts' -delete \
 && find node_modules \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' \) -delete \
 && chmod 755 bridge/cli.ts

FROM ${NODE_IMAGE} AS bridge
ENV NODE_ENV=production METRICS_HOST=0.0.0.0 SHUTDOWN_TIMEOUT_SECONDS=6
WORKDIR /app
COPY --from=bridge-files /app ./
RUN ln -s /app/bridge/cli.ts /usr/local/bin/realmbridge
USER node
EXPOSE 8400 8401
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.METRICS_PORT || 8401}/health/ready`, { signal: AbortSignal.timeout(4000) }).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["realmbridge"]
CMD ["serve"]

# The bridge with the sample directories of compose/ (profile `demo`); not for production.
FROM bridge AS demo
COPY bridge/dev bridge/dev

FROM ${MAVEN_IMAGE} AS jars-source
WORKDIR /src
COPY keycloak-provider/pom.xml ./
COPY keycloak-provider/src/main src/main
COPY keycloak-theme theme
RUN mvn -q -B package -Dmaven.test.skip=true \
 && mkdir /jars \
 && cp target/realmbridge-keycloak-provider.jar /jars/ \
 && jar --create --file /jars/realmbridge-theme.jar -C theme META-INF -C theme theme

FROM scratch AS jars-prebuilt
COPY keycloak-provider/target/realmbridge-keycloak-provider.jar keycloak-theme/target/realmbridge-theme.jar /jars/

FROM jars-${JARS} AS jars

FROM ${KEYCLOAK_IMAGE} AS keycloak
ENV KC_DB=postgres KC_HEALTH_ENABLED=true KC_METRICS_ENABLED=true
COPY --chown=1000:0 --from=jars /jars/ /opt/keycloak/providers/
COPY --chown=1000:0 compose/keycloak/with-secrets.sh /opt/keycloak/bin/with-secrets.sh
RUN /opt/keycloak/bin/kc.sh build
HEALTHCHECK --interval=5s --timeout=5s --start-period=120s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9000 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r -t 4 line <&3 && [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["/opt/keycloak/bin/with-secrets.sh"]
CMD ["start", "--optimized"]
