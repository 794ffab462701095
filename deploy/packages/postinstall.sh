#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Nothing is started or enabled: where packets go has to be configured first. A service that runs gets the new binary.
set -eu
install -d -o espbeat -g espbeat -m 0750 /var/lib/espbeat /var/log/espbeat
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl try-restart espbeat.service
fi
