#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# start.sh [-p PORT] [-H HEAP] [-s | -t] [-o 'setting: value']... [-w] DATADIR
# Starts Elasticsearch on 127.0.0.1 with everything that it writes under DATADIR, waits until the cluster is green or
# yellow, prints the URL. The first use fetches the server. Stop: stop.sh DATADIR
#   -p  port; 0, the default, takes a free one
#   -H  heap, default 512m (the process takes about twice that)
#   -s  security over plain HTTP, user espbeat / espbeat-test (superuser)
#   -t  the same over HTTPS; the CA is DATADIR/config/certs/http_ca.crt
#   -w  stays until standard input ends, then kills the server and removes DATADIR: whoever holds the other end of the pipe may
#       die in any way and leaves nothing behind
#   -o  one more setting of elasticsearch.yml
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
USAGE="usage: start.sh [-p PORT] [-H HEAP] [-s | -t] [-o 'setting: value']... [-w] DATADIR"
PORT=0 HEAP=512m SETTINGS=() CURL=(-s --max-time 10) SCHEME=http SECURE='' STAY=''
while getopts p:H:o:stw o; do
  case $o in
    p) PORT=$OPTARG ;;
    H) HEAP=$OPTARG ;;
    o) SETTINGS+=("$OPTARG") ;;
    s) SECURE=1 ;;
    t) SECURE=1 SCHEME=https ;;
    w) STAY=1 ;;
    *) die "$USAGE" ;;
  esac
done
shift $((OPTIND - 1))
[ $# = 1 ] || die "$USAGE"
case $PORT in *[!0-9]* | '') die "-p: '$PORT' is not a port" ;; esac
case $HEAP in [1-9]*[mg]) ;; *) die "-H: '$HEAP' is not a size such as 512m" ;; esac
need curl curl; need flock util-linux; need setpriv util-linux

# 1. Java, server, plugin
JAVA=$("$KIT/ensure-jdk.sh")
[ -f "$CACHE/$ES_VERSION/.complete" ] || lock_cache fetch_server
HOME_ES=$(plugin_home "$JAVA")
[ -f "$HOME_ES/.complete" ] || lock_cache build_plugin "$JAVA"

# 2. folders and configuration
mkdir -p "$1"; D=$(cd "$1" && pwd)
[ -z "$STAY" ] || trap '"$KIT/stop.sh" -9 "$D" >/dev/null; rm -rf "$D"' EXIT
! P=$(server_pid "$D") || die "a server runs in $D already: pid $P"
rm -f "$D/pid"
mkdir -p "$D"/{config,data,logs,tmp}
[ ! -f "$D/logs/server.log" ] || mv "$D/logs/server.log" "$D/logs/server.log.old"
cp "$KIT"/config/* "$D/config/"
YML=$D/config/elasticsearch.yml
set_key() { sed -i "/^${1%%:*}:/d" "$YML"; echo "$1" >>"$YML"; }
# Port 0 lets the server choose: nobody can take the port in between.
set_key "path.data: $D/data"; set_key "path.logs: $D/logs"
set_key "http.port: $PORT"; set_key "transport.port: 0"
if [ -n "$SECURE" ]; then
  set_key "xpack.security.enabled: true"; set_key "xpack.security.autoconfiguration.enabled: false"
  CURL+=(-u espbeat:espbeat-test)
fi
if [ $SCHEME = https ]; then
  need openssl openssl
  make_certs "$D/config/certs"
  set_key "xpack.security.http.ssl.enabled: true"
  set_key "xpack.security.http.ssl.key: certs/http.key"; set_key "xpack.security.http.ssl.certificate: certs/http.crt"
  CURL+=(--cacert "$D/config/certs/http_ca.crt")
fi
for s in ${SETTINGS[@]+"${SETTINGS[@]}"}; do set_key "$s"; done
# A Java runtime may come without the incubating vector module, and does not start when told to load it.
"$JAVA/bin/java" --list-modules | grep -q '^jdk.incubator.vector' || sed -i '/jdk.incubator.vector/d' "$D/config/jvm.options"
if [ "$(id -u)" = 0 ]; then chown "$RUN_UID:$RUN_UID" "$D"; chown -R "$RUN_UID:$RUN_UID" "$D"/{config,data,logs,tmp}; fi
as_user test -w "$D/data" || die "uid $RUN_UID cannot reach $D: choose a DATADIR that other users may enter"
if [ "$PORT" != 0 ] && (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then die "port $PORT is taken: choose another with -p, or 0"; fi

# 3. run: the distribution's own launcher, as bin/elasticsearch -d -p would
cd "$HOME_ES"
SMALL=(-Xms4m -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1)
export -f as_user; export RUN_UID
env -u JAVA_HOME -u JAVA_OPTS -u JAVA_TOOL_OPTIONS -u _JAVA_OPTIONS \
  ES_HOME="$HOME_ES" ES_PATH_CONF="$D/config" ES_DISTRIBUTION_TYPE=zip JAVA_TYPE=ES_JAVA_HOME JAVA="$JAVA/bin/java" ES_JAVA_HOME="$JAVA" \
  CLI_JAVA_OPTS="${SMALL[*]}" ES_JAVA_OPTS="-Xms$HEAP -Xmx$HEAP ${ESKIT_JAVA_OPTS:-}" ES_TMPDIR="$D/tmp" HOME="$D" HOSTNAME=localhost \
  bash -c 'as_user "$@"' - "$JAVA/bin/java" "${SMALL[@]}" -cp "$HOME_ES/lib/tools/server-launcher/*" \
  org.elasticsearch.server.launcher.ServerLauncher -d -p "$D/pid" >"$D/logs/launcher.log" 2>&1 </dev/null ||
  { tail -n 20 "$D/logs/launcher.log" >&2; die "the server did not start: see $D/logs"; }

# 4. wait
END=$((SECONDS + 300)) # a loaded machine may take minutes
while [ $SECONDS -lt $END ]; do
  server_pid "$D" >/dev/null || { tail -n 20 "$D/logs/server.log" >&2; die "the server ended: see $D/logs"; }
  [ "$PORT" != 0 ] || PORT=$(sed -n 's/.*HttpServerTransport.* publish_address {127\.0\.0\.1:\([0-9]*\)}.*/\1/p' "$D/logs/server.log" 2>/dev/null | head -n 1)
  if [ "${PORT:=0}" != 0 ]; then
    case $(curl "${CURL[@]}" "$SCHEME://127.0.0.1:$PORT/_cluster/health?wait_for_status=yellow&timeout=5s" || true) in
      *'"status":"green"'* | *'"status":"yellow"'*) echo "$SCHEME://127.0.0.1:$PORT"; [ -z "$STAY" ] || cat >/dev/null; exit 0 ;;
    esac
  fi
  sleep 0.3
done
die "the cluster was not yellow within 300 s: see $D/logs"
