#!/usr/bin/env python3
"""The nginx of a typical nginx + certbot deployment and EdgeProxy in front of the same upstream: every status and header of the
same requests, as a markdown table, each difference with its reason. Ends with 1 when a difference has none.

usage: side-by-side.py [--differences]     (only the rows that differ)
"""

import re
import socket
import socketserver
import ssl
import sys
import threading

from stage import Stage, accepts, free_port, wait

NAME = "example.org"
UNKNOWN = "**no reason is known**"

# The samples' configuration with free ports; the upstream by its address, because the name is not to be had here.
NGINX = """
server {
    listen 127.0.0.1:%(http)d;
    server_name example.org;
    server_tokens off;

    location /.well-known/acme-challenge/ {
        allow all;
        root %(folder)s/www;
    }

    location / {
        return 301 https://$host$request_uri;
    }
}

server {
    listen 127.0.0.1:%(https)d ssl;
    server_name example.org;
    server_tokens off;

    ssl_certificate %(folder)s/site.pem;
    ssl_certificate_key %(folder)s/site.key;

    location / {
        proxy_pass http://127.0.0.1:%(upstream)d;
        proxy_set_header Host $host:$server_port;
        proxy_set_header X-Forwarded-Host $server_name;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }

    error_page 502 /502.json;
    location /502.json {
        return 502 '{"data": null, "code": "BAD_GATEWAY", "message": "received an invalid response from the upstream server"}';
    }
}
"""

FORGED = "X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded-Host: evil.test\r\nX-Forwarded-Proto: gopher\r\nForwarded: for=6.6.6.6"

# (title, port, request line, headers, body)
REQUESTS = [
    ("root", "https", "GET / HTTP/1.1", "", ""),
    ("path and query", "https", "GET /a/b?c=d&e=f HTTP/1.1", "", ""),
    ("encoded slash", "https", "GET /a%2Fb HTTP/1.1", "", ""),
    ("encoded dots", "https", "GET /a/%2e%2e/b HTTP/1.1", "", ""),
    ("semicolon", "https", "GET /a;v=1/b HTTP/1.1", "", ""),
    ("empty segments", "https", "GET //a///b// HTTP/1.1", "", ""),
    ("UTF-8, encoded", "https", "GET /%C3%A9%E2%82%AC HTTP/1.1", "", ""),
    ("odd query", "https", "GET /?q=%41{}|%&x HTTP/1.1", "", ""),
    ("HEAD", "https", "HEAD / HTTP/1.1", "", ""),
    ("OPTIONS", "https", "OPTIONS /a HTTP/1.1", "Origin: https://app.test\r\nAccess-Control-Request-Method: PUT", ""),
    ("POST, sized", "https", "POST /form HTTP/1.1", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7", "a=1&b=2"),
    ("POST, chunked", "https", "POST /form HTTP/1.1", "Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n"),
    ("PUT, empty", "https", "PUT /thing HTTP/1.1", "Content-Length: 0", ""),
    ("DELETE", "https", "DELETE /thing HTTP/1.1", "", ""),
    ("PATCH", "https", "PATCH /thing HTTP/1.1", "Content-Type: application/json\r\nContent-Length: 2", "{}"),
    ("unknown method", "https", "PROPFIND / HTTP/1.1", "Depth: 1", ""),
    ("forged forwarding headers", "https", "GET / HTTP/1.1", FORGED, ""),
    ("cookies", "https", "GET /cookies HTTP/1.1", "Cookie: a=1; b=2", ""),
    ("authorization", "https", "GET / HTTP/1.1", "Authorization: Bearer abc", ""),
    ("conditional", "https", "GET /cached HTTP/1.1", "If-None-Match: \"1\"\r\nIf-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT", ""),
    ("range", "https", "GET / HTTP/1.1", "Range: bytes=0-1", ""),
    ("accepts gzip", "https", "GET / HTTP/1.1", "Accept-Encoding: gzip, br", ""),
    ("hop-by-hop", "https", "GET / HTTP/1.1", "TE: trailers\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive", ""),
    ("header named in Connection", "https", "GET / HTTP/1.1", "Connection: close, X-Hop\r\nX-Hop: 1", ""),
    ("header with underscore", "https", "GET / HTTP/1.1", "X_Under: 1", ""),
    ("repeated header", "https", "GET / HTTP/1.1", "X-Twice: 1\r\nX-Twice: 2", ""),
    ("upstream 404", "https", "GET /status/404 HTTP/1.1", "", ""),
    ("upstream 500", "https", "GET /status/500 HTTP/1.1", "", ""),
    ("upstream 204", "https", "GET /status/204 HTTP/1.1", "", ""),
    ("upstream 304", "https", "GET /status/304 HTTP/1.1", "", ""),
    ("upstream redirect", "https", "GET /redirect HTTP/1.1", "", ""),
    ("upstream chunked", "https", "GET /chunked HTTP/1.1", "", ""),
    ("upstream closes without an answer", "https", "GET /die HTTP/1.1", "", ""),
    ("upstream answers nonsense", "https", "GET /nonsense HTTP/1.1", "", ""),
    ("host in upper case", "https", "GET / HTTP/1.1", "Host: EXAMPLE.org", ""),
    ("host with port", "https", "GET / HTTP/1.1", "Host: example.org:8443", ""),
    ("host with trailing dot", "https", "GET / HTTP/1.1", "Host: example.org.", ""),
    ("another host over TLS", "https", "GET / HTTP/1.1", "Host: evil.test", ""),
    ("no host", "https", "GET / HTTP/1.1", "Host:none", ""),
    ("HTTP/1.0", "https", "GET / HTTP/1.0", "", ""),
    ("plain: root", "http", "GET / HTTP/1.1", "", ""),
    ("plain: path and query", "http", "GET /a%2Fb/?c=d HTTP/1.1", "", ""),
    ("plain: POST", "http", "POST /form HTTP/1.1", "Content-Length: 3", "a=1"),
    ("plain: forged host", "http", "GET / HTTP/1.1", "Host: evil.test", ""),
    ("plain: unknown challenge", "http", "GET /.well-known/acme-challenge/nothing HTTP/1.1", "", ""),
    ("plain: out of the challenge folder", "http", "GET /.well-known/acme-challenge/../../x HTTP/1.1", "", ""),
]

# The first pattern that matches "<request>|<row>|<nginx>|<EdgeProxy>" gives the reason of a difference.
REASONS = [
    (r"nonsense\|<", "nginx passes nonsense on as HTTP/0.9, without a head; EdgeProxy answers 502"),
    (r"another host over TLS\|", "nginx serves its first server block for any host; EdgeProxy answers 404 and asks no upstream"),
    (r"no host\|<", "both answer 400; nginx with a page of HTML, EdgeProxy with JSON"),
    (r"plain: forged host\|", "nginx redirects to whatever host it is asked for; EdgeProxy answers 404"),
    (r"unknown challenge\|<", "both answer 404; nginx with a page of HTML, EdgeProxy with JSON"),
    (r"out of the challenge folder\|<", "nothing under the challenge folder is redirected by EdgeProxy; what is no token there is 404"),
    (r"plain: .*\|< Location\|", "the public https port of this run is not 443, and EdgeProxy names it"),
    (r"plain: .*\|<", "nginx's redirect has a page of HTML for clients that cannot follow, and its name; EdgeProxy's has no body"),
    (r"\|> line\|.* HTTP/1\.0\|.* HTTP/1\.1$", "nginx speaks HTTP/1.0 to the upstream unless told otherwise; EdgeProxy speaks HTTP/1.1"),
    (r"\|> Connection\|close\|-$", "EdgeProxy keeps the connection to the upstream for the next request"),
    (r"\|> X-Forwarded-(Proto|Port)\|", "EdgeProxy always says how the client came in; this nginx passes on what the client claims, or nothing"),
    (r"\|> Cdn-Loop\|-\|edgeproxy-", "EdgeProxy leaves a word by which it knows a request that comes back (RFC 8586)"),
    (r"\|> X-Forwarded-For\|6\.6\.6\.6, 127", "$proxy_add_x_forwarded_for appends to whatever the client claims; EdgeProxy believes only TrustedProxies"),
    (r"\|> X-Forwarded-Host\|example\.org\|", "nginx's $server_name is the site's name; EdgeProxy says the Host as the client sent it"),
    (r"\|> Forwarded\|for=6", "EdgeProxy removes a claim that nobody it trusts made"),
    (r"\|> Te\|-\|trailers", "EdgeProxy asks the upstream for trailers where the client can take them (gRPC); nginx drops it"),
    (r"\|> (Keep-Alive|Proxy-Connection|X-Hop)\|.*\|-$", "hop-by-hop, not for the upstream (RFC 9110 7.6.1)"),
    (r"\|> X_under\|-\|", "nginx drops headers with an underscore unless underscores_in_headers is on"),
    (r"\|> X-Twice\|1 & 2\|1, 2$", "two lines or one list are the same (RFC 9110 5.3)"),
    (r"unknown method\|> Content-Length\|-\|0", "EdgeProxy says that there is no body where the method could have one (RFC 9110 8.6)"),
    (r"chunked\|> (Transfer-Encoding|Content-Length)\|", "nginx buffers the body to count it; EdgeProxy streams it"),
    (r"\|< Server\|nginx\|", "nginx puts its own name in place of the upstream's; EdgeProxy passes the upstream's and adds none"),
    (r"\|< Date\|", "nginx puts its own time in place of the upstream's"),
    (r"without an answer\|< Content-Type\|text/plain\|application/json", "the same body; nginx takes its type from default_type"),
    (r"HTTP/1\.0\|< ", "an HTTP/1.0 client"),
]


class Upstream(socketserver.ThreadingTCPServer):
    """Keeps the head of the last request and answers by its path."""

    allow_reuse_address = True
    daemon_threads = True
    last = None


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        while head := self.read_head():
            self.server.last = head
            lines = head.split("\r\n")
            method, target = lines[0].split(" ")[:2]
            self.read_body(head.lower())
            if not self.answer(method, target) or " HTTP/1.0" in lines[0]:
                return

    def read_head(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return None
            head += line
        return head.decode("latin-1").rstrip("\r\n")

    def read_body(self, head):
        if "transfer-encoding: chunked" in head:
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        elif match := re.search(r"content-length: (\d+)", head):
            self.rfile.read(int(match[1]))

    def answer(self, method, target):
        common = "Server: upstream\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nX-Upstream: yes\r\n"
        if target == "/die":
            return False
        if target == "/nonsense":
            self.send("nonsense\r\n\r\n")
            return False
        if target == "/chunked":
            self.send(f"HTTP/1.1 200 OK\r\n{common}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        elif target == "/redirect":
            self.send(f"HTTP/1.1 302 Found\r\n{common}Location: https://example.org/elsewhere\r\nContent-Length: 0\r\n\r\n")
        elif target == "/cookies":
            self.send(f"HTTP/1.1 200 OK\r\n{common}Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; HttpOnly\r\nContent-Length: 0\r\n\r\n")
        elif target.startswith("/status/") and (status := target[8:]) in ("204", "304"):
            self.send(f"HTTP/1.1 {status} X\r\n{common}ETag: \"1\"\r\n\r\n")
        else:
            status = target[8:] if target.startswith("/status/") else "200"
            body = "" if method == "HEAD" else "hello"
            self.send(f"HTTP/1.1 {status} X\r\n{common}Content-Type: text/plain\r\nCache-Control: no-cache\r\nContent-Length: 5\r\n\r\n{body}")
        return True

    def send(self, text):
        self.wfile.write(text.encode("latin-1"))


def ask(ports, upstream, request):
    """Sends a request; the rows of what came back (<) and what the upstream saw (>)."""
    _, scheme, line, headers, body = request
    if not re.search(r"^host:", headers, re.I | re.M):
        headers = f"Host: {NAME}\r\n{headers}".rstrip()
    elif "Host:none" in headers:
        headers = headers.replace("Host:none", "X-No-Host: 1")
    if "Connection:" not in headers.replace("Proxy-Connection:", ""):
        headers += "\r\nConnection: close"
    upstream.last = None
    answer = exchange(ports, scheme, f"{line}\r\n{headers}\r\n\r\n{body}")
    head, _, content = answer.partition("\r\n\r\n")
    rows = {"< status": " ".join(head.split(" ")[1:2]), **fields("<", head), "< body": content.replace("\r\n", " ")}
    if upstream.last:
        rows |= {"> line": upstream.last.split("\r\n")[0], **fields(">", upstream.last)}
    else:
        rows["> line"] = "not asked"
    own = {str(ports["https"]): "HTTPS", str(ports["http"]): "HTTP", str(upstream.server_address[1]): "UPSTREAM"}
    return {row: re.sub("|".join(own), lambda match: own[match[0]], value) for row, value in rows.items() if value}


def exchange(ports, scheme, text):
    connection = socket.create_connection(("127.0.0.1", ports[scheme]), 10)
    if scheme == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["http/1.1"])
        connection = context.wrap_socket(connection, server_hostname=NAME, suppress_ragged_eofs=True)
    with connection:
        connection.sendall(text.encode("latin-1"))
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except OSError:
            pass
    return received.decode("latin-1")


def fields(direction, head):
    rows = {}
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(":")
        key = f"{direction} {spelled(name)}"
        rows[key] = f"{rows[key]} & {value.strip()}" if key in rows else value.strip()
    return rows


def spelled(name):
    """One spelling, whoever wrote the header."""
    return "-".join(part.capitalize() for part in name.split("-"))


def main():
    only_differences = "--differences" in sys.argv
    upstream = Upstream(("127.0.0.1", 0), Conversation)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    upstream_port = upstream.server_address[1]
    with Stage() as stage:
        stage.identity()
        for kind in ("pem", "key"):
            (stage.folder / f"site.{kind}").write_bytes((stage.folder / f"server.{kind}").read_bytes())
        nginx = {"http": free_port(), "https": free_port()}
        stage.nginx("nginx", NGINX % {**nginx, "upstream": upstream_port, "folder": stage.folder})
        wait(lambda: accepts(nginx["https"]), "start nginx")
        edge = stage.edgeproxy({"Domains": {NAME: {
            "Upstream": f"http://127.0.0.1:{upstream_port}", "HostHeader": "PreserveWithPort",
            "Certificate": {"Source": "File", "Path": str(stage.folder / "site.pem"), "KeyPath": str(stage.folder / "site.key")}}}})
        ours = {"http": edge.http_port, "https": edge.https_port}
        print("| request | | nginx | EdgeProxy | why |\n|---|---|---|---|---|")
        compared, reasons = 0, {}
        for request in REQUESTS:
            one, other = ask(nginx, upstream, request), ask(ours, upstream, request)
            for row in sorted({**one, **other}):
                left, right, compared = one.get(row, "-"), other.get(row, "-"), compared + 1
                why = "" if left == right else reason(request[0], row, left, right)
                if why:
                    reasons.setdefault(why, []).append(request[0])
                if left != right or not only_differences:
                    print(f"| {request[0]} | {row} | {cell(left)} | {cell(right)} | {list(reasons).index(why) + 1 if why else ''} |")
        print()
        for number, (why, where) in enumerate(reasons.items(), 1):
            print(f"{number}. {why} ({len(where)} times)")
        print(f"\n{len(REQUESTS)} requests; {compared} statuses, headers and bodies compared; {sum(map(len, reasons.values()))} different, "
              f"{len(reasons.get(UNKNOWN, []))} of them without a known reason")
    sys.exit(1 if UNKNOWN in reasons else 0)


def reason(title, row, left, right):
    return next((why for pattern, why in REASONS if re.search(pattern, f"{title}|{row}|{left}|{right}")), UNKNOWN)


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")[:120]


if __name__ == "__main__":
    main()
