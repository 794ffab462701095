// SPDX-License-Identifier: Apache-2.0

package x509_test

import (
	"crypto"
	"math/big"
	"testing"

	"golang.org/x/crypto/ocsp"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/x509"
)

func TestRequest(t *testing.T) {
	frame := request(t)
	for _, wireshark := range []bool{true, false} {
		b := dissecttest.New(nil, x509.OCSP)
		b.P.Options = &dissect.Options{Wireshark: wireshark}
		r := b.Run(x509.OCSP, frame, len(frame))
		r.Check(t, map[string]string{"ocsp.serial_number": "1001"})
		if r.Malformed != "" || r.Layers != "ocsp" {
			t.Errorf("layers %q malformed %q", r.Layers, r.Malformed)
		}
		if got, want := b.Summary(x509.OCSP), "Request, serial number 1001"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	b := dissecttest.New(nil, x509.OCSP)
	if r := b.Run(x509.OCSP, frame[:10], len(frame)); !r.Truncated {
		t.Error("a request that is cut is not truncated")
	}
	b.Run(x509.OCSP, dissecttest.Unhex(t, "3000"), 2) // neither: no panic
	if r := b.Run(x509.OCSP, dissecttest.Unhex(t, "3004 3002 0500"), 6); r.Malformed != "ocsp" {
		t.Errorf("a request without a list: malformed %q", r.Malformed)
	}
}

// request is made of the parts that x/crypto's own has.
func request(t testing.TB) []byte {
	t.Helper()
	b, err := (&ocsp.Request{HashAlgorithm: crypto.SHA1, IssuerNameHash: make([]byte, 20), IssuerKeyHash: make([]byte, 20), SerialNumber: big.NewInt(0x1001)}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
