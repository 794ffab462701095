# SPDX-License-Identifier: Apache-2.0
# Shared by the scripts of this folder: where things lie, how they are found, how they are fetched.
ES_VERSION=9.4.3
KIT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MIN_JAVA=21
# The cache outlives checkouts, since the server is large.
if [ -n "${ESKIT_CACHE:-}" ]; then CACHE=$ESKIT_CACHE
elif [ "$(id -u)" = 0 ]; then CACHE=/var/cache/espbeat-es
else CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/espbeat-es; fi
# Elasticsearch refuses to run as root: root starts it as this uid.
RUN_UID=${ESKIT_UID:-65534}

die() { echo "elasticsearch kit: $*" >&2; exit 1; }
# Exit status 3: something must be installed first. Tests skip then, where they would fail with 1.
missing() { echo "elasticsearch kit: $*" >&2; exit 3; }
need() { # need COMMAND PACKAGE
  command -v "$1" >/dev/null || missing "needs $1, which is not installed: apt-get install $2"
}
as_user() { if [ "$(id -u)" = 0 ]; then setpriv --reuid="$RUN_UID" --regid="$RUN_UID" --clear-groups "$@"; else "$@"; fi; }

java_version() { # java_version HOME: the major version, 0 when it does not run
  local v
  v=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
  echo "${v:-0}"
}
find_java() { # prints the home of the first Java runtime that is new enough
  local d
  for d in "${ES_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/*jdk* "$HOME"/.sdkman/candidates/java/* "$CACHE/java"; do
    [ -x "$d/bin/java" ] && [ "$(java_version "$d")" -ge "$MIN_JAVA" ] && { echo "$d"; return 0; }
  done
  return 1
}

# One process at a time fills the cache. Where it is filled already, it may be read-only.
lock_cache() { # lock_cache COMMAND…
  mkdir -p "$CACHE" 2>/dev/null || true
  [ -w "$CACHE" ] || die "cannot write $CACHE: set ESKIT_CACHE to a folder that you may write"
  (exec 9>"$CACHE/.lock"; flock 9; "$@" 9>&-)
}

fetch_server() { # CACHE/VERSION: the server as it comes, less what reaches for the network or is of no use here
  [ ! -f "$CACHE/$ES_VERSION/.complete" ] || return 0
  need mvn maven
  local t=$CACHE/.new.$$ s
  echo "elasticsearch kit: fetching the server with Maven (924 MB, once)" >&2
  rm -rf "$t"; mkdir -p "$t"
  # shellcheck disable=SC2064
  trap "rm -rf '$t'" EXIT
  mvn -q -B -f "$KIT/pom.xml" dependency:unpack@server -Dout="$t" >&2 || die "Maven could not fetch the server: see its message above"
  s=$(echo "$t"/sonarqube-*/elasticsearch)
  [ -f "$s/lib/elasticsearch-$ES_VERSION.jar" ] || die "the fetched artifact holds another Elasticsearch than $ES_VERSION: ES_VERSION and pom.xml disagree"
  rm -rf "$s"/modules/{x-pack-inference,x-pack-geoip-enterprise-downloader,rank-vectors,old-lucene-versions,x-pack-migrate}
  rm -rf "$s"/lib/tools/{windows-service-cli,geoip-cli} "$s"/bin/*.exe "$s"/bin/*.bat "$s"/bin/*.jar
  mkdir -p "$s/plugins" "$s/logs"
  chmod -R a+rX "$s"
  rm -rf "${CACHE:?}/$ES_VERSION"; mv "$s" "$CACHE/$ES_VERSION"; touch "$CACHE/$ES_VERSION/.complete"
  rm -rf "$t"; trap - EXIT
}

plugin_home() { # plugin_home JAVA: the server's folder that has the plugin as it stands in this checkout
  local sum
  sum=$(cat "$KIT/lib.sh" "$KIT/plugin/plugin-descriptor.properties" "$KIT"/plugin/*/*.java "$KIT"/plugin/src/espbeat/standins/*.java | sha256sum | cut -c1-12)
  if lacks_tools "$1"; then sum=$sum-runtime; fi
  echo "$CACHE/$ES_VERSION-$sum"
}

# ecj ARGS…: the Java compiler
ecj() { "$1/bin/java" -jar "$CACHE/ecj.jar" -21 -proc:none -nowarn "${@:2}" >&2 || die "cannot compile ${*: -1}: see the message above"; }

# lacks_tools JAVA: whether it is a runtime without the modules of a JDK's tools that Elasticsearch's descriptor names
lacks_tools() { ! "$1/bin/java" --list-modules | grep -q '^jdk\.jlink'; }

# build_plugin JAVA: hard links to the server plus the plugin, so that checkouts with other plugins run side by side.
build_plugin() {
  local java=$1 home t cp entitlement
  home=$(plugin_home "$java")
  [ ! -f "$home/.complete" ] || return 0
  t=$CACHE/.new.$$
  rm -rf "$t"; mkdir -p "$t/classes" "$t/build"
  # shellcheck disable=SC2064
  trap "rm -rf '$t'" EXIT
  cp -al "$CACHE/$ES_VERSION" "$t/home" 2>/dev/null || { rm -rf "$t/home"; cp -a "$CACHE/$ES_VERSION" "$t/home"; } # not every file system links
  rm -rf "$t/home/plugins"; mkdir -p "$t/home/plugins/stand-ins"
  if [ ! -f "$CACHE/ecj.jar" ]; then
    need mvn maven
    mvn -q -B -f "$KIT/pom.xml" dependency:copy@compiler -Dout="$CACHE" >&2 || die "Maven could not fetch the Java compiler: see its message above"
  fi
  cp=$(printf '%s:' "$t"/home/lib/*.jar "$t"/home/modules/x-pack-core/*.jar)
  ecj "$java" -cp "$cp" -d "$t/classes" "$KIT/plugin/src"
  ecj "$java" -d "$t/build" "$KIT/plugin/build/Jar.java"
  "$java/bin/java" -cp "$t/build" Jar "$t/home/plugins/stand-ins/stand-ins.jar" "$t/classes"
  if lacks_tools "$java"; then
    entitlement=$t/home/lib/elasticsearch-entitlement-$ES_VERSION.jar
    cp "$entitlement" "$t/e.jar"; mv "$t/e.jar" "$entitlement" # a file of its own, no longer a link to the cached one
    ecj "$java" -d "$t/build" "$KIT/plugin/build/DropRequires.java"
    "$java/bin/java" -cp "$t/build" DropRequires "$entitlement" jdk.jdi jdk.jlink
    chmod a+r "$entitlement"
  fi
  sed "s/@ES_VERSION@/$ES_VERSION/" "$KIT/plugin/plugin-descriptor.properties" >"$t/home/plugins/stand-ins/plugin-descriptor.properties"
  chmod -R a+rX "$t/home/plugins"; touch "$t/home/.complete"
  rm -rf "$home"; mv "$t/home" "$home"
  rm -rf "$t"; trap - EXIT
}

make_certs() { # make_certs DIR: a CA and a certificate for 127.0.0.1 and localhost, once
  [ ! -f "$1/http_ca.crt" ] || return 0
  mkdir -p "$1"
  {
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=espbeat tests CA" -keyout "$1/http_ca.key" -out "$1/http_ca.crt"
    openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout "$1/http.key" -out "$1/http.csr"
    openssl x509 -req -days 30 -in "$1/http.csr" -CA "$1/http_ca.crt" -CAkey "$1/http_ca.key" -CAcreateserial -out "$1/http.crt" \
      -extfile <(echo "subjectAltName=DNS:localhost,IP:127.0.0.1")
  } 2>"$1/openssl.log" || { cat "$1/openssl.log" >&2; die "openssl could not make the certificates in $1"; }
}

server_pid() { # server_pid DATADIR: the pid of the server that runs there, checked so that no other process is ever meant
  local p
  p=$(cat "$1/pid" 2>/dev/null) && [ -n "$p" ] || return 1
  tr '\0' '\n' <"/proc/$p/cmdline" 2>/dev/null | grep -qxF -e "-Djava.io.tmpdir=$1/tmp" || return 1
  echo "$p"
}
