# SPDX-License-Identifier: Apache-2.0
# Part of make.sh: what the client does, in this order. A command that is meant to fail says so with "|| true".
quiet() { on $C "$@" >>"$T/log" 2>&1; }

# The link comes up: duplicate address detection, multicast listener reports, router solicitation and advertisement.
ip -n $C link set eth0 up
cat >"$T/lease" <<SH
#!/bin/sh
case \$1 in bound) ip addr add \$ip/\$mask dev \$interface; ip route add default via \$router;; esac
SH
chmod +x "$T/lease"
quiet udhcpc -i eth0 -n -q -f -t 5 -s "$T/lease" -x hostname:laptop
until_ok "an IPv6 address of the client" bash -c "ip -n $C -6 addr show dev eth0 scope global -tentative | grep -q 2001:db8:1:"
quiet timeout 8 dhclient -6 -S -1 -d -cf /dev/null -lf "$T/leases6" -pf "$T/dhclient.pid" -sf /bin/true eth0 || true

# Names: the common record types, over both addresses, UDP and TCP, a truncated answer, names that are not there.
dig_() { quiet dig +tries=1 +timeout=2 "$@"; }
dig_ @192.0.2.1 www.example.com A
dig_ @192.0.2.1 www.example.com AAAA
dig_ @2001:db8:1::1 shop.example.com A
dig_ @2001:db8:1::1 shop.example.com AAAA
dig_ @192.0.2.1 example.com MX
dig_ @192.0.2.1 example.com TXT
dig_ @192.0.2.1 example.com CAA
dig_ @192.0.2.1 example.com NAPTR
dig_ @192.0.2.1 _sip._tcp.example.com SRV
dig_ @192.0.2.1 -x 198.51.100.80
dig_ @192.0.2.1 -x 2001:db8:2::80
dig_ @192.0.2.1 +tcp www.example.com A
dig_ @192.0.2.1 +bufsize=512 long.example.com TXT
dig_ @192.0.2.1 missing.example.com A
dig_ @192.0.2.1 +noedns nothing.test AAAA
dig_ @198.51.100.80 www.example.com A || true # no DNS server there: port unreachable

vlan $C eth0 vlan20 00:00:5e:00:53:20 203.0.113.20/24

# Echoes: both versions, in fragments, in a VLAN, with a time to live that ends at the router, to a host that is not there.
quiet ping -c 2 -i 0.2 198.51.100.80
quiet ping -c 2 -i 0.2 2001:db8:2::80
quiet ping -c 1 -s 3000 198.51.100.80
quiet ping -c 1 -s 3000 2001:db8:2::80
quiet ping -c 2 -i 0.2 203.0.113.1
quiet ping -c 1 -W 1 -t 1 198.51.100.80 || true
quiet ping -c 1 -W 1 -t 1 2001:db8:2::80 || true
quiet ping -c 1 -W 5 198.51.100.99 || true
quiet ping -c 1 -W 1 -T tsonly 198.51.100.80

# Web: requests on one connection, an answer in chunks, a redirect, a range, a form, a cookie, a password, IPv6, mistakes.
WEB=(--silent --show-error --max-time 10 --output /dev/null --resolve "www.example.com:80:198.51.100.80" --resolve "www.example.com:443:198.51.100.80")
U=http://www.example.com
quiet curl "${WEB[@]}" $U/ --output /dev/null $U/missing.html
quiet curl "${WEB[@]}" --compressed $U/page.html
quiet curl "${WEB[@]}" --location $U/old
quiet curl "${WEB[@]}" --head $U/numbers.txt
quiet curl "${WEB[@]}" --range 0-99 $U/numbers.txt
quiet curl "${WEB[@]}" --data "name=Alice&city=Springfield" $U/form
quiet curl "${WEB[@]}" --cookie session=demo --user demo:demo-password "$U/private/?token=demo-token"
quiet curl "${WEB[@]}" --http1.0 $U/
quiet curl --silent --max-time 10 --output /dev/null -H "Host: www.example.com" "http://[2001:db8:2::80]/"
quiet curl --silent --max-time 5 http://198.51.100.80:81/ || true # refused
printf 'GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\nGET /old HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n' >"$T/two"
quiet bash -c "ncat --no-shutdown 198.51.100.80 80 <'$T/two'"
printf 'HELLO\r\n\r\n' >"$T/wrong"
quiet bash -c "ncat --no-shutdown 198.51.100.80 80 <'$T/wrong'"

# A line that is too slow for its queue: lost segments, duplicate acknowledgements, retransmissions.
on $R tc qdisc add dev lan0 root tbf rate 1mbit burst 3000 limit 5000
quiet curl "${WEB[@]}" $U/numbers.txt
on $R tc qdisc del dev lan0 root

# TLS 1.3 with HTTP/2, TLS 1.2, an unknown authority, IPv6; SSH up to its keys.
quiet curl "${WEB[@]}" --cacert "$T/ca.crt" https://www.example.com/
quiet curl "${WEB[@]}" --cacert "$T/ca.crt" --tls-max 1.2 --http1.1 https://www.example.com/
quiet curl "${WEB[@]}" https://www.example.com/ || true
quiet bash -c "openssl s_client -connect '[2001:db8:2::80]:443' -servername www.example.com -CAfile '$T/ca.crt' </dev/null"
quiet ssh-keyscan -T 3 -t ed25519 198.51.100.80

# A multicast group joined and left, by IGMP and MLD; a datagram to it and one that nobody reads.
quiet python3 - <<'PY'
import socket, struct, time
a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
a.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("233.252.0.1") + socket.inet_aton("192.0.2.10"))
b = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
b.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, "ff0e::db8:0:1") + struct.pack("@I", socket.if_nametoindex("eth0")))
a.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("192.0.2.10"))
a.sendto(b"hello, group", ("233.252.0.1", 9999))
a.sendto(b"hello, nobody", ("198.51.100.80", 9))
time.sleep(1)
PY
