// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"
	"net"
	"strings"
	"time"
)

// tcpScheme starts the name of a pcap-over-IP server.
const tcpScheme = "tcp://"

// connectTimeout bounds how long Open waits for a pcap-over-IP server.
const connectTimeout = 10 * time.Second

// IsAddress tells whether path names a pcap-over-IP server, not a file.
func IsAddress(path string) bool { return strings.HasPrefix(path, tcpScheme) }

// openTCP reads pcap-over-IP: a server that sends a pcap or pcapng file over a TCP
// connection, for as long as it likes. It has no port of its own.
func openTCP(name string, opt FileOptions, timeout time.Duration) (Source, error) {
	address := strings.TrimPrefix(name, tcpScheme)
	if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" || strings.ContainsAny(port, "/?#@") {
		return nil, fmt.Errorf("open capture %s: it is no address of a pcap-over-IP server; write tcp://host:port, an IPv6 address in brackets", name)
	}
	conn, err := net.DialTimeout("tcp", address, timeout)
	if err != nil {
		return nil, fmt.Errorf("open capture %s: %w; check that a pcap-over-IP server listens there", name, err)
	}
	s := newFile(conn, name, opt)
	s.closer = conn
	return s, nil
}
