#!/usr/bin/env bash
# A container engine for the tests on a Debian machine where none runs and no image can be pulled: Debian's Docker engine
# with its data in the user's cache folder, and stand-ins for the official images, made of Debian packages and of what npm
# and Maven have brought. They carry the official names, so Dockerfile, compose files and tests stay what users run.
#
#   engine.sh up       installs and starts what is missing; prints the environment that its clients need
#   engine.sh images   makes the stand-ins whose names the engine of DOCKER_HOST doesn't have
#   engine.sh sweep    removes what tests have left, by label
#   engine.sh down     sweeps and stops the engine that `up` has started
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
state=${XDG_CACHE_HOME:-$HOME/.cache}/realmbridge-engine
# A path of a socket may have 107 bytes, and a cache folder may be far away.
run=/run/realmbridge-engine
socket=unix://$run/docker.sock

say() { echo "containers: $*" >&2; }
missing() { ! command -v "$1" >/dev/null 2>&1; }
answers() { docker version >/dev/null 2>&1; }

install_packages() {
  local packages=()
  missing dockerd && packages+=(docker.io)
  missing docker && packages+=(docker.io)
  missing iptables && packages+=(iptables)
  missing mmdebstrap && packages+=(mmdebstrap)
  [ ${#packages[@]} -eq 0 ] && return
  say "installing ${packages[*]}"
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}

start_engine() {
  mkdir -p "$run" "$state"
  iptables -S FORWARD 2>/dev/null | head -1 >"$run/forward-policy" || true
  setsid dockerd --data-root "$state/data" --exec-root "$run/exec" -p "$run/docker.pid" -H "$DOCKER_HOST" \
    >"$state/dockerd.log" 2>&1 </dev/null &
  for _ in $(seq 300); do
    answers && return
    sleep 0.1
  done
  tail -20 "$state/dockerd.log" >&2
  say "the engine did not start; its log is $state/dockerd.log"
  exit 1
}

stop_engine() {
  local pid
  pid=$(cat "$run/docker.pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 300); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  umount "$run/exec/netns/default" 2>/dev/null || true
  # The engine lets nothing be forwarded from then on; who had it otherwise gets it back.
  grep -q -- '-P FORWARD ACCEPT' "$run/forward-policy" 2>/dev/null && iptables -P FORWARD ACCEPT
  rm -rf "$run"
}

sweep() {
  docker ps -aq --filter label=org.testcontainers=true | xargs -r docker rm -fv >/dev/null
  docker ps -aq --filter label=realmbridge.test | xargs -r docker rm -fv >/dev/null
  docker network ls -q --filter label=org.testcontainers=true | xargs -r docker network rm >/dev/null
}

# The recipe is kept as a label: a changed one makes the image anew.
has_image() { [ "$(docker image inspect -f '{{ index .Config.Labels "realmbridge.recipe" }}' "$1" 2>/dev/null)" = "$2" ]; }
recipe_of() { cat "$@" | sha256sum | cut -c1-16; }

# An image by an official name that doesn't come from here is a real one.
is_real() {
  local recipe
  recipe=$(docker image inspect -f '{{ index .Config.Labels "realmbridge.recipe" }}' "$1" 2>/dev/null) || return 1
  [ -z "$recipe" ]
}

make_base() {
  local suite=$1 recipe folder
  recipe=$(recipe_of "$here/debian.sh")
  is_real "debian:$suite-slim" && return
  has_image "debian:$suite-slim" "$recipe" && return
  say "making debian:$suite-slim"
  folder=$(mktemp -d)
  bash "$here/debian.sh" "$suite" "$folder"
  # From a file: a failed build that is piped in leaves an empty image under the name.
  docker import -c 'CMD ["bash"]' -c 'ENV LANG=C.UTF-8' -c "LABEL realmbridge.recipe=$recipe" "$folder/root.tar" \
    "debian:$suite-slim" >/dev/null
  rm -rf "$folder"
}

# make NAME DOCKERFILE CONTEXT
make_image() {
  local name=$1 file=$2 context=$3 recipe
  recipe=$(recipe_of "$here/debian.sh" "$file" "$here/docker-entrypoint.sh")
  is_real "$name" && return
  has_image "$name" "$recipe" && return
  say "making $name"
  docker build -q -t "$name" --label "realmbridge.recipe=$recipe" -f "$file" "$context" >/dev/null
}

install_plugins() {
  export DOCKER_CONFIG=${DOCKER_CONFIG:-$state/docker-config}
  docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1 && return
  say 'fetching compose and buildx'
  mkdir -p "$DOCKER_CONFIG/cli-plugins"
  docker run --rm --label realmbridge.test=plugins -v "$DOCKER_CONFIG/cli-plugins:/out" debian:trixie-slim sh -ec '
    cd /tmp; apt-get update -qq; apt-get download -qq docker-compose docker-buildx
    for f in *.deb; do dpkg -x "$f" x; done; cp x/usr/libexec/docker/cli-plugins/* /out/' >&2
}

node_context() {
  local folder=$1
  mkdir -p "$folder"
  cp "$(readlink -f "$root/node_modules/node/bin/node")" "$folder/node"
  (cd "$folder" && npm pack --silent npm@11 >/dev/null && tar xzf npm-*.tgz && mv package npm && rm npm-*.tgz)
}

make_images() {
  local keycloak openldap folder
  # These names, with their versions, are said once: in the Dockerfile, and in compose/.
  keycloak=$(sed -n 's/^ARG KEYCLOAK_IMAGE=//p' "$root/Dockerfile")
  openldap=$(sed -n 's/^ *image: ${LDAP_IMAGE:-\(.*\)}$/\1/p' "$root/compose/compose.yaml")
  make_base trixie & local trixie=$!
  make_base bookworm
  wait $trixie
  install_plugins
  make_image postgres:17 "$here/postgres.Dockerfile" "$here"
  make_image haproxy:3.0 "$here/haproxy.Dockerfile" "$here"
  make_image "$openldap" "$here/openldap.Dockerfile" "$here"
  if ! is_real node:24-bookworm-slim && ! has_image node:24-bookworm-slim "$(recipe_of "$here/debian.sh" "$here/node.Dockerfile" "$here/docker-entrypoint.sh")"; then
    folder=$(mktemp -d)
    node_context "$folder"
    make_image node:24-bookworm-slim "$here/node.Dockerfile" "$folder"
    rm -rf "$folder"
  fi
  make_image "$keycloak" "$here/keycloak.Dockerfile" "$("$root/node_modules/.bin/node" "$here/distribution.ts" "${keycloak##*:}")"
}

print_environment() {
  echo "DOCKER_HOST=$DOCKER_HOST"
  echo "DOCKER_CONFIG=$DOCKER_CONFIG"
}

up() {
  export DOCKER_HOST=$socket DOCKER_CONFIG=$state/docker-config
  install_packages
  if ! answers; then
    start_engine
    echo 'STARTED=true'
  fi
  sweep
  make_images
  print_environment
}

case ${1:-} in
  up) up ;;
  images) install_packages && make_images && echo "DOCKER_CONFIG=${DOCKER_CONFIG:-}" ;;
  sweep) sweep ;;
  down)
    export DOCKER_HOST=$socket
    answers && sweep
    stop_engine
    ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
