# SPDX-License-Identifier: Apache-2.0
# Part of make.sh: DHCP, router advertisements and DNS on the router; web, TLS and SSH on the server.
LONG=$(printf 'a text that needs more than one UDP message of 512 bytes, part %d;' 1 2 3)
serve $R dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts --no-resolv --user=root --pid-file= --log-facility=- \
  --bind-interfaces --interface=lan0 --except-interface=lo --dhcp-leasefile="$T/leases" --dhcp-authoritative --no-ping \
  --dhcp-range=192.0.2.10,192.0.2.10,255.255.255.0,1h --dhcp-range=2001:db8:1::,ra-stateless,64,1h --enable-ra \
  --dhcp-option=option:domain-search,example.com --dhcp-option=option6:domain-search,example.com \
  --domain=example.com --local=/example.com/ --local=/test/ --local=/in-addr.arpa/ --local=/ip6.arpa/ \
  --host-record=www.example.com,198.51.100.80,2001:db8:2::80 --host-record=ns.example.com,192.0.2.1,2001:db8:1::1 \
  --cname=shop.example.com,www.example.com --mx-host=example.com,mail.example.com,10 --txt-record=example.com,"v=spf1 -all" \
  --srv-host=_sip._tcp.example.com,sip.example.com,5060,1,5 --caa-record=example.com,0,issue,ca.example.com \
  --naptr-record=example.com,100,10,u,E2U+sip,'!^.*$!sip:info@example.com!' \
  --txt-record=long.example.com,"$LONG","$LONG","$LONG"

mkdir -p "$T/www" "$T/nginx"
python3 - "$T/www" <<'PY'
import pathlib, sys
www = pathlib.Path(sys.argv[1])
(www / "index.html").write_text("<!doctype html><title>Example</title><p>Hello from a server that only exists for this capture.</p>\n")
(www / "numbers.txt").write_text("".join(f"{n} squared is {n * n}\n" for n in range(700)))
(www / "page.html").write_text("<!doctype html><title>A page</title>" + "<p>Text that compresses well.</p>\n" * 60)
PY
chmod -R a+rX "$T/www"
(
  cd "$T"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/O=Example/CN=Example CA" -keyout ca.key -out ca.crt
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/O=Example/CN=www.example.com" -keyout web.key -out web.csr
  openssl x509 -req -days 3650 -in web.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out web.crt -extfile <(echo "subjectAltName=DNS:www.example.com,DNS:shop.example.com")
  ssh-keygen -q -t ed25519 -N "" -C demo -f hostkey
) >>"$T/log" 2>&1
cat >"$T/nginx.conf" <<CONF
daemon off; master_process off; pid $T/nginx/pid; error_log stderr;
events { worker_connections 64; }
http {
  types { text/html html; text/plain txt; }
  access_log off; client_body_temp_path $T/nginx/body; gzip on; gzip_types text/plain;
  server {
    listen 80; listen [::]:80; listen 443 ssl http2; listen [::]:443 ssl http2;
    server_name www.example.com; root $T/www;
    ssl_certificate $T/web.crt; ssl_certificate_key $T/web.key; ssl_protocols TLSv1.2 TLSv1.3;
    location = /old { return 301 /index.html; }
    location = /form { add_header Set-Cookie "session=demo; Path=/; HttpOnly"; return 200 "thank you\n"; }
    location /private/ { auth_basic "private"; auth_basic_user_file $T/htpasswd; }
  }
}
CONF
echo "demo:$(openssl passwd -apr1 -salt demodemo demo-password)" >"$T/htpasswd"
mkdir -p "$T/www/private" && echo "for members" >"$T/www/private/index.html"
serve $S nginx -c "$T/nginx.conf" -p "$T/nginx" -e stderr
[ -d /run/sshd ] || { mkdir /run/sshd; MADE_RUN=1; } # OpenSSH's own folder, which its service would make
# A key exchange that every version of Wireshark knows.
serve $S "$(command -v sshd)" -D -e -f /dev/null -o "HostKey=$T/hostkey" -o "PidFile=none" -o "UsePAM=no" -o "KexAlgorithms=curve25519-sha256"
until_ok "the web server" on $S ncat -z 198.51.100.80 443
until_ok "the SSH server" on $S ncat -z 198.51.100.80 22
