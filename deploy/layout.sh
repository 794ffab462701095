#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lays an installation out below a folder: packages and images are made of it. Run in the project's folder, after ./run build.
#
#   deploy/layout.sh ROOT [BINARY]
set -eu
root=${1:?usage: deploy/layout.sh ROOT [BINARY]}
binary=${2:-espbeat}
[ -x "$binary" ] || { echo "layout: $binary is not there, make it: ./run build" >&2; exit 1; }

put() { # put MODE FOLDER FILE…
  mode=$1 folder=$root$2
  shift 2
  install -d -m 0755 "$folder"
  install -m "$mode" "$@" "$folder/"
}

home=/usr/share/espbeat
put 0755 "$home" "$binary"
put 0644 "$home" fields.yml espbeat.reference.yml LICENSE NOTICE.txt
if [ -d kibana ]; then
  # Modes as everything here has them, whatever the checkout's are.
  (find kibana -type f) | while read -r file; do put 0644 "$home/$(dirname "$file")" "$file"; done
fi
# As a component of the Elastic Agent, the binary stands beside its specification.
if [ -f agent/espbeat.spec.yml ]; then put 0644 "$home" agent/espbeat.spec.yml; fi
# libbeat's defaults below its home, so that every command of an installation finds one keystore and one registry.
ln -sfn /var/lib/espbeat "$root$home/data"
ln -sfn /var/log/espbeat "$root$home/logs"

install -d -m 0755 "$root/usr/bin" "$root/etc/espbeat" "$root/usr/share/doc/espbeat"
install -m 0755 deploy/espbeat.sh "$root/usr/bin/espbeat"
# What a user makes of it is kept by an upgrade: deploy/packages says so.
install -m 0644 espbeat.yml "$root/etc/espbeat/espbeat.yml"
install -m 0644 packetbeat-lite.yml "$root/usr/share/doc/espbeat/packetbeat-lite.yml"
