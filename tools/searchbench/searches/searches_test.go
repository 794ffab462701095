// SPDX-License-Identifier: Apache-2.0

package searches

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tools/elastic"
)

func TestPercentile(t *testing.T) {
	ms := func(n ...int) (r Result) {
		for _, n := range n {
			r.Took = append(r.Took, time.Duration(n)*time.Millisecond)
		}
		return r
	}
	for _, c := range []struct {
		r    Result
		p    float64
		want int // ms
	}{
		{ms(7), 50, 7}, {ms(7), 95, 7}, {ms(1, 2), 50, 1}, {ms(1, 2, 3), 50, 2}, {ms(1, 2, 3, 4), 95, 4},
		{ms(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), 95, 19}, {ms(1, 2), 0, 1}, {ms(1, 2), 100, 2},
	} {
		if got := c.r.Percentile(c.p); got != time.Duration(c.want)*time.Millisecond {
			t.Errorf("p%g of %v is %v, want %d ms", c.p, c.r.Took, got, c.want)
		}
	}
}

func TestNetwork(t *testing.T) {
	for in, want := range map[string]string{"10.1.2.3": "10.1.2.0/24", "2001:db8::1": "2001:db8::/64", "": ""} {
		if got := network(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// index answers as one whose packets have a value in every field, unless found says that a search finds none.
func index(t *testing.T, found func(body string) int) (*elastic.Server, *[]string) {
	t.Helper()
	var asked []string
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !r.URL.Query().Has("request_cache") {
			var sample struct{ Fields []string }
			if err := json.Unmarshal(body, &sample); err != nil {
				t.Error(err)
			}
			if len(sample.Fields) == 0 {
				fmt.Fprint(w, `{"aggregations":{"first":{"value":1000},"last":{"value":601000}}}`)
				return
			}
			f, value := sample.Fields[0], `"10.1.2.3","10.1.2.4"`
			if strings.HasSuffix(f, "port") || strings.HasSuffix(f, "len") {
				value = "1,2,3"
			}
			fmt.Fprintf(w, `{"hits":{"hits":[{"fields":{%q:[%s]}}]}}`, f, value)
			return
		}
		asked = append(asked, string(body))
		fmt.Fprintf(w, `{"hits":{"total":{"value":%d}}}`, found(string(body)))
	}))
	t.Cleanup(h.Close)
	return elastic.At(t.Context(), h.URL), &asked
}

func TestRun(t *testing.T) {
	s, asked := index(t, func(string) int { return 5 })
	results, err := Run(s, "i", 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 20 || len(*asked) != 20*4 {
		t.Errorf("%d kinds, %d searches", len(results), len(*asked))
	}
	for _, r := range results {
		if len(r.Took) != 3 || r.Hits != 5 {
			t.Errorf("%+v", r)
		}
	}
	distinct := map[string]bool{}
	for _, body := range *asked {
		distinct[body] = true
	}
	if len(distinct) < 45 { // two values of most fields here
		t.Errorf("only %d of %d searches differ", len(distinct), len(*asked))
	}
}

func TestRunRefusesASearchThatFindsNothing(t *testing.T) {
	s, _ := index(t, func(body string) int {
		if strings.Contains(body, "network.vlan.id") {
			return 0
		}
		return 1
	})
	if _, err := Run(s, "i", 0, 1); err == nil || !strings.Contains(err.Error(), `"VLAN"`) || !strings.Contains(err.Error(), "finds nothing") {
		t.Errorf("%v", err)
	}
}
