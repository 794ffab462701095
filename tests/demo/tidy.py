#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tidy.py IN OUT: copies a pcapng without what it says of the machine that recorded it.

Kept: section headers and interfaces with their name and time resolution, packets as they are. Left out: hardware, operating
system and application (section header), operating system and filter (interface), statistics. Little-endian only, as dumpcap
writes on the machines that record this capture. Blocks: draft-ietf-opsawg-pcapng.
"""
import struct
import sys

SHB, IDB, EPB = 0x0A0D0D0A, 1, 6
KEEP = {SHB: (28 - 4, set()), IDB: (16, {2, 9})}  # length of the fixed part with type and length; options kept: if_name, if_tsresol


def options(body, keep):
    out, at = b"", 0
    while at + 4 <= len(body):
        code, size = struct.unpack_from("<HH", body, at)
        padded = (size + 3) & ~3
        if code in keep:
            out += body[at:at + 4 + padded]
        at += 4 + padded
        if code == 0:
            break
    return out + b"\0\0\0\0" if out else b""


def main():
    data, out, at = open(sys.argv[1], "rb").read(), b"", 0
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        block = data[at:at + size]
        at += size
        if kind in KEEP:
            fixed, keep = KEEP[kind]
            body = block[8:fixed] + options(block[fixed:-4], keep)
            if kind == SHB:
                body = body[:8] + b"\xff" * 8  # length of the section: not given
            total = struct.pack("<I", len(body) + 12)
            block = struct.pack("<I", kind) + total + body + total
        elif kind != EPB:
            continue
        out += block
    open(sys.argv[2], "wb").write(out)


main()
