#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# stop.sh [-9] DATADIR: stops the server that start.sh started there, and no other; -9 as a crash would.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
SIGNAL=TERM
[ "${1:-}" != -9 ] || { SIGNAL=KILL; shift; }
[ $# = 1 ] || die "usage: stop.sh [-9] DATADIR"
D=$(cd "$1" && pwd)
P=$(server_pid "$D") || { echo "no server runs in $D"; exit 0; }
kill -"$SIGNAL" "$P"
for _ in $(seq 200); do server_pid "$D" >/dev/null || break; sleep 0.1; done
! P=$(server_pid "$D") || kill -KILL "$P"
rm -f "$D/pid"
