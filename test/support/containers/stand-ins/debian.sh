#!/usr/bin/env bash
# debian.sh SUITE FOLDER: writes FOLDER/root.tar, a minimal Debian.
set -euo pipefail
suite=$1 folder=$2
printf '#!/bin/sh\nexit 101\n' >"$folder/policy-rc.d"
chmod 755 "$folder/policy-rc.d"
# Without man1 and man7 the packages of Java and PostgreSQL can't be set up.
mmdebstrap --quiet --variant=minbase \
  --aptopt='Acquire::Check-Valid-Until "false"' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook="copy-in $folder/policy-rc.d /usr/sbin" \
  --customize-hook='mkdir -p "$1/etc/ssl/certs" "$1/usr/share/man/man1" "$1/usr/share/man/man7"' \
  --customize-hook='copy-in /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs' \
  "$suite" "$folder/root.tar" >&2
