// SPDX-License-Identifier: Apache-2.0

package ek

import "testing"

// TestGather: values come by protocol, field and place, and what would have a document refused is left.
func TestGather(t *testing.T) {
	f := NewFields(map[Field]bool{
		{"dns", "dns_dns_a"}: false, {"dns", "dns_dns_id"}: false, {"dns", "dns_dns_flags_response"}: true, {"x509sat", "x509sat_x509sat_name"}: false,
	})
	for name, c := range map[string]struct{ layers, want string }{
		"one value":             {`{"ip":{"ip_ip_src":"10.0.0.1"},"dns":{"dns_dns_id":"0x12"}}`, `{"dns":{"dns_dns_id":"0x12"}}`},
		"none":                  {`{"ip":{"ip_ip_src":"10.0.0.1"}}`, ``},
		"an array":              {`{"dns":{"dns_dns_a":["10.0.0.1",null,"10.0.0.2"]}}`, `{"dns":{"dns_dns_a":["10.0.0.1","10.0.0.2"]}}`},
		"a protocol twice":      {`{"dns":[{"dns_dns_id":"1"},{"dns_dns_id":"2"},"x",null]}`, `{"dns":{"dns_dns_id":["1","2"]}}`},
		"in another's layer":    {`{"tls":{"a":{"x509sat_x509sat_name":"CA"}},"dns":{"dns_dns_id":"1"}}`, `{"dns":{"dns_dns_id":"1"},"x509sat":{"x509sat_x509sat_name":"CA"}}`},
		"below one of the same": {`{"dns":{"dns_dns_a":{"dns_dns_a":"10.0.0.1"}}}`, `{"dns":{"dns_dns_a":"10.0.0.1"}}`},
		"objects and nulls":     {`{"dns":{"dns_dns_id":{"x":1},"dns_dns_a":null}}`, ``},
		"flags":                 {`{"dns":{"dns_dns_flags_response":[true,"yes",false,"1",0]}}`, `{"dns":{"dns_dns_flags_response":[true,false]}}`},
	} {
		got, err := f.Gather([]byte("before"), []byte(c.layers))
		if err != nil || string(got) != "before"+c.want {
			t.Errorf("%s: %s, want %s (%v)", name, got, c.want, err)
		}
	}
	if got, err := f.Gather(nil, []byte(`{"dns":`)); err == nil || len(got) > 0 {
		t.Errorf("of half a document: %s", got)
	}
}
