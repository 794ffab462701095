#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# espbeat as it is installed: the configuration stands in /etc/espbeat, the rest below the binary's folder.
exec /usr/share/espbeat/espbeat --path.config /etc/espbeat "$@"
