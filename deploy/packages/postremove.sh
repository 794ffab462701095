#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The registry of what was read, the keystore and the capture store stay, as does the user that owns them; Debian's purge removes all of it.
set -eu
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
if [ "${1:-}" = purge ]; then
  rm -rf /var/lib/espbeat /var/log/espbeat
  if getent passwd espbeat >/dev/null; then userdel espbeat; fi
  if getent group espbeat >/dev/null; then groupdel espbeat; fi
fi
