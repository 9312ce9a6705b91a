#!/usr/bin/env python3
"""A large upload over TLS streams through: how long it takes, and the most memory the process had resident.

usage: upload.py [gigabytes]     (default 5)
"""

import http.server
import re
import subprocess
import sys
import threading
import time

from stage import Stage


class Sink(http.server.BaseHTTPRequestHandler):
    """Counts the bytes of a chunked or sized body and answers with their number."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        received = self.read_chunks() if "chunked" in self.headers.get("Transfer-Encoding", "") else self.skip(int(self.headers["Content-Length"]))
        body = str(received).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def read_chunks(self):
        total = 0
        while size := int(self.rfile.readline(), 16):
            total += self.skip(size)
            self.rfile.readline()
        self.rfile.readline()
        return total

    def skip(self, size):
        left = size
        while left:
            left -= len(self.rfile.read(min(left, 1 << 20)))
        return size

    def log_message(self, *_):
        pass


def peak_megabytes(process):
    return int(re.search(r"VmHWM:\s+(\d+) kB", open(f"/proc/{process.pid}/status").read())[1]) // 1024


def main():
    size = int(float(sys.argv[1] if len(sys.argv) > 1 else 5) * 1024**3)
    sink = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    with Stage() as stage:
        site = {"Upstream": f"http://127.0.0.1:{sink.server_port}", "MaxRequestBodySize": 0, "Timeout": "00:10:00"}
        edge = stage.edgeproxy({"Domains": {"localhost": site}})
        upload(edge, 1 << 20, "--http1.1")
        for version in ("--http1.1", "--http2"):
            before, begin = peak_megabytes(edge), time.monotonic()
            answer = upload(edge, size, version)
            seconds = time.monotonic() - begin
            print(f"{version[2:]}: {int(answer) / 1024**3:.2f} of {size / 1024**3:.2f} GB received by the upstream in {seconds:.0f} s; "
                  f"peak memory {before} MB before, {peak_megabytes(edge)} MB after", flush=True)
            if int(answer) != size:
                sys.exit("not everything arrived")


def upload(edge, size, version):
    source = subprocess.Popen(["head", "-c", str(size), "/dev/zero"], stdout=subprocess.PIPE)
    curl = subprocess.run(["curl", "-sS", version, "--cacert", edge.folder / "data/internal-ca/root.pem", "-T", "-",
                           f"https://localhost:{edge.https_port}/upload"], stdin=source.stdout, capture_output=True, check=True, text=True)
    return curl.stdout


if __name__ == "__main__":
    main()
