# Stands in for node:24-bookworm-slim; the context holds npm's `node` package's binary and an unpacked npm.
FROM debian:bookworm-slim
RUN groupadd -g 1000 node && useradd -u 1000 -g node -s /bin/bash -m node
COPY npm /usr/local/lib/node_modules/npm
COPY node /usr/local/bin/node
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
