#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make.sh [OUT]: records demo.pcapng anew in about 15 s, as root on Linux. README.md says what is inside.
# A client, a router and a server live in network namespaces of this script's own; nothing leaves them.
set -Eeuo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
OUT=${1:-$HERE/demo.pcapng}
PACKAGES="iproute2 ethtool iputils-ping wireshark-common dnsmasq-base bind9-dnsutils udhcpc isc-dhcp-client nginx-light curl openssl openssh-server openssh-client ncat python3"
die() { echo "make.sh: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || die "needs root, to make network namespaces: sudo $0"
PATH=$PATH:/usr/sbin:/sbin
for c in ip tc ethtool ping dumpcap dnsmasq dig udhcpc dhclient nginx curl openssl sshd ssh-keygen ssh-keyscan ncat python3 capinfos; do
  command -v $c >/dev/null || die "needs $c: apt-get install $PACKAGES"
done

C=espbeat-demo-client R=espbeat-demo-router S=espbeat-demo-server
T=$(mktemp -d); chmod 755 "$T"
PIDS=() MADE_RUN=
cleanup() {
  for p in ${PIDS[@]+"${PIDS[@]}"}; do kill "$p" 2>/dev/null || true; done
  for p in ${PIDS[@]+"${PIDS[@]}"}; do wait "$p" 2>/dev/null || true; done
  for n in $C $R $S; do ip netns del $n 2>/dev/null || true; done
  [ -z "$MADE_RUN" ] || rmdir /run/sshd
  rm -rf "$T"
}
trap cleanup EXIT
trap 'tail -n 20 "$T/log" >&2; die "line $LINENO failed: $BASH_COMMAND"' ERR
for n in $C $R $S; do ip netns del $n 2>/dev/null || true; done # of a run that was killed
on() { local n=$1; shift; timeout 20 ip netns exec "$n" "$@"; }
serve() { local n=$1; shift; ip netns exec "$n" "$@" >>"$T/log" 2>&1 & PIDS+=($!); }
until_ok() { # until_ok WHAT COMMAND…
  local what=$1 end=$((SECONDS + 15)); shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || { cat "$T/log" >&2; die "$what did not come up"; }; sleep 0.1; done
}

. "$HERE/network.sh"
. "$HERE/servers.sh"

# dumpcap writes pcapng with nanoseconds.
serve $R dumpcap -q -i lan0 -w "$T/raw.pcapng" -a duration:110 -a filesize:400
DUMPCAP=${PIDS[-1]}
until_ok dumpcap grep -q "Capturing on" "$T/log"
until_ok dumpcap test -s "$T/raw.pcapng"

. "$HERE/traffic.sh"

sleep 1 # dumpcap writes what the kernel has gathered
kill -INT "$DUMPCAP"; wait "$DUMPCAP" || true
python3 "$HERE/tidy.py" "$T/raw.pcapng" "$T/demo.pcapng"
N=$(capinfos -Mc "$T/demo.pcapng" | sed -n 's/^Number of packets: *//p') SIZE=$(stat -c %s "$T/demo.pcapng")
[ "$N" -ge 200 ] && [ "$N" -le 500 ] && [ "$SIZE" -le 153600 ] || die "$N packets in $SIZE bytes: not what was meant, $OUT stays as it was"
cp "$T/demo.pcapng" "$OUT"
echo "$OUT: $N packets, $SIZE bytes"
