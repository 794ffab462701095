// SPDX-License-Identifier: Apache-2.0

//go:build unix

// Package e2e drives the built espbeat as its users do: by flags, files and signals, against a real Elasticsearch, an
// imitation that fails on demand, and live traffic.
//
// The binary is built once a test run; ESPBEAT_BIN names one that is there already. ESPBEAT_TEST_ES names a running
// server without security. Tests of live capture need root.
package e2e
