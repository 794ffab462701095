#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# On removal only: an upgrade calls this with "upgrade" (Debian) or 1 (Red Hat), and goes on.
set -eu
case ${1:-} in
  remove | 0)
    if [ -d /run/systemd/system ]; then systemctl disable --now espbeat.service || true; fi
    ;;
esac
