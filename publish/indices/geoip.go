// SPDX-License-Identifier: Apache-2.0

package indices

// GeoIPName names the pipeline that adds where a packet's addresses are, and whose.
const GeoIPName = "espbeat-geoip"

// dropTags takes away what the geoip processor says of databases that are missing or too old: it is of the server, not of the packet.
const dropTags = `if (ctx.tags instanceof List) {
  ctx.tags.removeIf(t -> t instanceof String && (t.startsWith('_geoip_database_unavailable_') || t == '_geoip_expired_database'));
  if (ctx.tags.isEmpty()) { ctx.remove('tags'); }
}`

// GeoIP is the pipeline espbeat-geoip. Elasticsearch's databases know public addresses only, so a private one gets nothing. It
// never fails a document.
func GeoIP() Pipeline {
	var steps []any
	for _, side := range []string{"source", "destination"} {
		steps = append(steps,
			step("geoip", map[string]any{
				"field": side + ".ip", "target_field": side + ".geo", "ignore_missing": true,
				"properties": []any{"continent_name", "country_iso_code", "country_name", "region_iso_code", "region_name", "city_name", "location"},
			}),
			step("geoip", map[string]any{
				"field": side + ".ip", "target_field": side + ".as", "ignore_missing": true,
				"database_file": "GeoLite2-ASN.mmdb", "properties": []any{"asn", "organization_name"},
			}),
			step("rename", map[string]any{"field": side + ".as.asn", "target_field": side + ".as.number", "ignore_missing": true}),
			step("rename", map[string]any{"field": side + ".as.organization_name", "target_field": side + ".as.organization.name", "ignore_missing": true}),
		)
	}
	steps = append(steps, step("script", map[string]any{"lang": "painless", "source": dropTags}))
	return Pipeline{
		Name:  GeoIPName,
		Needs: []string{"geoip"},
		Body: map[string]any{
			"description": "Place and autonomous system of public addresses (source.geo, source.as, destination.geo, destination.as)",
			"processors":  steps,
		},
	}
}

func step(processor string, options map[string]any) map[string]any {
	options["ignore_failure"] = true
	return map[string]any{processor: options}
}

// WithGeoIP adds the fields of the pipeline to a mapping, which takes no others.
func WithGeoIP(mapping map[string]any) map[string]any {
	keyword := func() map[string]any { return map[string]any{"type": "keyword", "ignore_above": 1024} }
	own := map[string]any{}
	for _, side := range []string{"source", "destination"} {
		geo := map[string]any{"location": map[string]any{"type": "geo_point"}}
		for _, name := range []string{"continent_name", "country_iso_code", "country_name", "region_iso_code", "region_name", "city_name"} {
			geo[name] = keyword()
		}
		own[side] = map[string]any{"properties": map[string]any{
			"geo": map[string]any{"properties": geo},
			"as": map[string]any{"properties": map[string]any{
				"number":       map[string]any{"type": "long"},
				"organization": map[string]any{"properties": map[string]any{"name": keyword()}},
			}},
		}}
	}
	merge(section(mapping, "properties"), own)
	return mapping
}
