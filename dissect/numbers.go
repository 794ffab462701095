// SPDX-License-Identifier: Apache-2.0

package dissect

// numbers finds the protocol of a 16-bit number, such as a port. Every packet asks for several, most of which nobody has: two loads
// cost a fraction of what hashing does.
type numbers [256]*[256]*Protocol

func (n *numbers) at(number uint16) *Protocol {
	if page := n[number>>8]; page != nil {
		return page[number&0xff]
	}
	return nil
}

func (n *numbers) claim(all []uint16, p *Protocol) {
	for _, number := range all {
		claim(number, p, n.at(number))
		page := &n[number>>8]
		if *page == nil {
			*page = new([256]*Protocol)
		}
		(*page)[number&0xff] = p
	}
}
