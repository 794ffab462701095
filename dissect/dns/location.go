// SPDX-License-Identifier: Apache-2.0

package dns

import "strconv"

// appendLocation is LOC (RFC 1876, 2 and 3): version, size and precisions, latitude, longitude and altitude. It reads "52 22 23.000 N 4 53 32.000 E -2.00m
// 1.00m 10000.00m 10.00m". Of a version but 0 nobody knows the form.
func appendLocation(dst []byte, d *reader) []byte {
	if version := d.u8(); version != 0 {
		return appendHex(append(dst, "version "+strconv.Itoa(int(version))+" "...), d.rest())
	}
	var lengths [3]uint64
	for i := range lengths { // size, horizontal and vertical precision: a digit and a power of ten, centimetres
		v := d.u8()
		lengths[i] = uint64(v >> 4)
		for range v & 15 {
			lengths[i] *= 10
		}
	}
	dst = appendAngle(dst, d.u32(), 'N', 'S')
	dst = appendAngle(append(dst, ' '), d.u32(), 'E', 'W')
	const sea = 10_000_000 // centimetres above the lowest altitude
	dst = appendMetres(append(dst, ' '), int64(d.u32())-sea)
	for _, n := range lengths {
		dst = appendMetres(append(dst, ' '), int64(n)) //nolint:gosec // at most 15e15
	}
	return dst
}

// appendAngle appends thousandths of a second of arc, of which 2^31 stand for 0, as degrees, minutes and seconds.
func appendAngle(dst []byte, v uint32, positive, negative byte) []byte {
	n, side := int64(v)-1<<31, positive
	if n < 0 {
		n, side = -n, negative
	}
	dst = append(strconv.AppendInt(dst, n/3_600_000, 10), ' ')
	dst = append(strconv.AppendInt(dst, n/60_000%60, 10), ' ')
	dst = strconv.AppendFloat(dst, float64(n%60_000)/1000, 'f', 3, 64)
	return append(dst, ' ', side)
}

// appendMetres appends centimetres.
func appendMetres(dst []byte, cm int64) []byte {
	return append(strconv.AppendFloat(dst, float64(cm)/100, 'f', 2, 64), 'm')
}

// appendEUI appends the link address of n bytes that fills the data.
func appendEUI(dst []byte, d *reader, n int) []byte {
	if d.end-d.pos != n {
		d.bad = true
	}
	for i, c := range d.rest() {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = appendHex(dst, []byte{c})
	}
	return dst
}
