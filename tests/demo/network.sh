# SPDX-License-Identifier: Apache-2.0
# Part of make.sh: client —(lan0)— router —(wan0)— server. Addresses are those for documentation (RFC 5737, RFC 3849), MAC
# addresses too (RFC 7042 section 2.1.1).
for n in $C $R $S; do
  ip netns add $n
  ip -n $n link set lo up
  # Addresses that only follow from the MAC, so that every run has the same.
  on $n sysctl -qw net.ipv6.conf.default.use_tempaddr=0 net.ipv6.conf.default.addr_gen_mode=0
done
ip link add eth0 netns $C address 00:00:5e:00:53:0a type veth peer name lan0 netns $R address 00:00:5e:00:53:01
ip link add wan0 netns $R address 00:00:5e:00:53:02 type veth peer name eth0 netns $S address 00:00:5e:00:53:50
for i in "$C eth0" "$R lan0" "$R wan0" "$S eth0"; do
  set -- $i
  # On the wire are packets, not what a network card is handed: segments of one MTU, with their checksums.
  on "$1" ethtool -K "$2" tx off rx off tso off gso off gro off >/dev/null 2>&1
done

on $R sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
ip -n $R addr add 192.0.2.1/24 dev lan0
ip -n $R addr add 2001:db8:1::1/64 dev lan0 nodad
ip -n $R addr add 198.51.100.1/24 dev wan0
ip -n $R addr add 2001:db8:2::1/64 dev wan0 nodad
ip -n $R link set lan0 up; ip -n $R link set wan0 up

ip -n $S addr add 198.51.100.80/24 dev eth0
ip -n $S addr add 2001:db8:2::80/64 dev eth0 nodad
ip -n $S link set eth0 up
ip -n $S route add default via 198.51.100.1
ip -n $S route add default via 2001:db8:2::1

# VLAN 20 between client and router.
vlan() { # vlan NAMESPACE INTERFACE NAME MAC ADDRESS
  serve "$1" python3 "$HERE/trunk.py" "$2" 20 "$3" "$4"
  until_ok "VLAN 20 on $2" ip -n "$1" link show dev "$3" up
  on "$1" sysctl -qw "net.ipv6.conf.$3.disable_ipv6=1"
  ip -n "$1" addr add "$5" dev "$3"
}
vlan $R lan0 vlan20 00:00:5e:00:53:21 203.0.113.1/24
