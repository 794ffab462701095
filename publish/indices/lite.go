// SPDX-License-Identifier: Apache-2.0

package indices

// LiteName names the pipeline of the lite format.
const LiteName = "espbeat-lite"

// Lite is the pipeline that makes a document's source the four fields of the lite format and nothing else, whatever index it goes to: libbeat
// sends @timestamp with each, and an index that was there before ours has another template.
func Lite() Pipeline {
	return Pipeline{
		Name: LiteName,
		Body: map[string]any{
			"description": "Documents of the four fields srcip, srcport, dstip, dstport",
			"processors":  []any{map[string]any{"remove": map[string]any{"keep": []any{"srcip", "srcport", "dstip", "dstport"}}}},
		},
	}
}
