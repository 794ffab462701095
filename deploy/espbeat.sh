#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# espbeat as it is installed: the configuration stands in /etc/espbeat, the rest below the binary's folder.
set -eu
case "${1:-} ${2:-}" in
  "test capture") ;;
  setup\ * | keystore\ * | export\ * | test\ *)
    # Each writes below /var/lib/espbeat. What root left there, the service could not read.
    if [ "$(id -u)" = 0 ] && getent passwd espbeat >/dev/null; then exec runuser -u espbeat -- "$0" "$@"; fi
    ;;
esac
exec /usr/share/espbeat/espbeat --path.config /etc/espbeat "$@"
