// SPDX-License-Identifier: Apache-2.0

// Package es gives tests an Elasticsearch: a real one (Start) or a small imitation of its bulk interface in this process
// (NewSink).
//
// Start uses the server that ESPBEAT_TEST_ES names (http://127.0.0.1:9200, https://user:password@host:9200), and starts
// the one of tests/elasticsearch otherwise: on a free loopback port, in a temporary folder, once per test process. It
// ends with the process, however that ends. Where Java or Maven are missing the test is skipped with a line that says what to install; with
// CI=true or ESPBEAT_TEST_REQUIRE_ES=1 it fails instead.
package es
