#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The user of the service, before files are given to its group.
set -eu
getent group espbeat >/dev/null || groupadd --system espbeat
getent passwd espbeat >/dev/null ||
  useradd --system --gid espbeat --home-dir /var/lib/espbeat --no-create-home --shell /usr/sbin/nologin --comment "espbeat, packets into Elasticsearch" espbeat
