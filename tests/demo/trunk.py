#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""trunk.py IF VID TAP MAC: carries a new interface TAP over IF in VLAN VID, as the kernel's 8021q module does where there is one.

Frames from TAP go out on IF with an 802.1Q tag; frames that arrive there with it go to TAP without. Ends when it is killed.
"""
import fcntl
import select
import socket
import struct
import subprocess
import sys

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000
SOL_PACKET, PACKET_AUXDATA, TP_STATUS_VLAN_VALID, PACKET_OUTGOING = 263, 8, 0x10, 4


def main():
    under, vid, name, mac = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    tap = open("/dev/net/tun", "r+b", buffering=0)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH14x", name.encode(), IFF_TAP | IFF_NO_PI))
    subprocess.run(["ip", "link", "set", name, "address", mac, "up"], check=True)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.bind((under, 3))
    wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    tag = struct.pack("!HH", 0x8100, vid)
    while True:
        for ready in select.select([tap, wire], [], [])[0]:
            if ready is tap:
                frame = tap.read(2048)
                wire.send(frame[:12] + tag + frame[12:])
                continue
            frame, control, _, address = wire.recvmsg(2048, 64)
            for _, kind, data in control:
                # struct tpacket_auxdata; the kernel takes the tag out of the frame and puts it here
                status, _, _, _, _, tci, _ = struct.unpack("IIIHHHH", data[:20])
                if kind == PACKET_AUXDATA and status & TP_STATUS_VLAN_VALID and tci & 0xFFF == vid and address[2] != PACKET_OUTGOING:
                    tap.write(frame)


main()
