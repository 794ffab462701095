#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# stop.sh [-9 | -w] DATADIR: stops the server that start.sh started there, and no other.
#   -9  as a crash would
#   -w  waits until standard input ends, then kills the server and removes DATADIR: for whoever started it and may die first
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
SIGNAL=TERM WATCH=
while getopts 9w o; do
  case $o in 9) SIGNAL=KILL ;; w) WATCH=1 SIGNAL=KILL ;; *) die "usage: stop.sh [-9 | -w] DATADIR" ;; esac
done
shift $((OPTIND - 1))
[ $# = 1 ] || die "usage: stop.sh [-9 | -w] DATADIR"
D=$(cd "$1" && pwd)
[ -z "$WATCH" ] || cat >/dev/null

if P=$(server_pid "$D"); then
  kill -"$SIGNAL" "$P"
  for _ in $(seq 200); do server_pid "$D" >/dev/null || break; sleep 0.1; done
  ! P=$(server_pid "$D") || kill -KILL "$P"
  rm -f "$D/pid"
elif [ -z "$WATCH" ]; then
  echo "no server runs in $D"
fi
[ -z "$WATCH" ] || rm -rf "$D"
