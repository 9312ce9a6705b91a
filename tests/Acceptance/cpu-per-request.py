#!/usr/bin/env python3
"""CPU for each proxied request, side by side with nginx: HTTPS, connections kept open, a small answer, the access log on, in turn and
several times (`wrk -t2 -c64`). The figures of one run compare with each other only.

usage: cpu-per-request.py [rounds] [seconds] [EdgeProxy.dll ...]     (default 3, 10 and this repository's Release build)
"""

import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from stage import PROGRAM, Stage, accepts, free_port, wait

NAME = "localhost"


def cpu(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def edgeproxy(stage, program, upstream):
    folder = pathlib.Path(tempfile.mkdtemp(dir=stage.folder))
    https = free_port()
    (folder / "appsettings.json").write_text(json.dumps({"EdgeProxy": {
        "BindAddress": "127.0.0.1", "HttpPort": free_port(), "HttpsPort": https, "Admin": {"Port": free_port()}, "DataDirectory": str(folder / "data"),
        "Domains": {NAME: {"Upstream": f"http://127.0.0.1:{upstream}", "Certificate": {
            "Source": "File", "Path": str(stage.folder / "site.pem"), "KeyPath": str(stage.folder / "site.key")}}}}}))
    process = stage.start("edgeproxy", "dotnet", program, folder=folder)
    wait(lambda: accepts(https), "start EdgeProxy")
    return process, https


def nginx(stage, upstream):
    https = free_port()
    process = stage.nginx("proxy", f"""
        log_format main '$remote_addr "$request" $status $body_bytes_sent $request_time';
        access_log {stage.folder}/access.log main;
        keepalive_requests 1000000000;
        upstream api {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 1000000000; }}
        server {{
            listen 127.0.0.1:{https} ssl;
            server_name {NAME};
            ssl_certificate {stage.folder}/site.pem;
            ssl_certificate_key {stage.folder}/site.key;
            location / {{
                proxy_pass http://api;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header Host $host;
                proxy_set_header X-Real-IP $remote_addr;
                proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                proxy_set_header X-Forwarded-Proto $scheme;
            }}
        }}""")
    wait(lambda: accepts(https), "start nginx")
    return process, https


def load(process, port, seconds):
    """Microseconds of CPU for each request, and requests a second."""
    before = cpu(process)
    answer = subprocess.run(["wrk", "-t2", "-c64", f"-d{seconds}", "-H", f"Host: {NAME}", f"https://{NAME}:{port}/"], check=True,
                            capture_output=True, text=True).stdout
    requests = int(re.search(r"(\d+) requests in", answer)[1])
    if "Non-2xx" in answer or "Socket errors" in answer:
        print(process.args, answer)
    return (cpu(process) - before) * 1_000_000 / max(requests, 1), requests / seconds


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    programs = [pathlib.Path(path) for path in sys.argv[3:]] or [PROGRAM]
    with Stage() as stage:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                        f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", "site.key", "-out", "site.pem"],
                       cwd=stage.folder, check=True, capture_output=True)
        upstream = free_port()
        stage.nginx("upstream", f"server {{ listen 127.0.0.1:{upstream}; keepalive_requests 1000000000; location / {{ return 200 'hello, world'; }} }}")
        wait(lambda: accepts(upstream), "start the upstream")
        proxies = {"nginx": nginx(stage, upstream), **{str(program): edgeproxy(stage, program, upstream) for program in programs}}
        figures = {name: [] for name in proxies}
        for process, port in proxies.values():
            load(process, port, seconds)
        for _ in range(rounds):
            for name, (process, port) in proxies.items():
                figures[name].append(load(process, port, seconds))
        base = statistics.median(cost for cost, _ in figures["nginx"])
        for name, runs in figures.items():
            costs = [cost for cost, _ in runs]
            print(f"{name}\n  {statistics.median(costs):.1f} us of CPU a request ({min(costs):.1f} to {max(costs):.1f}), "
                  f"{statistics.median(costs) / base:.2f} times nginx; {statistics.median(rate for _, rate in runs):.0f} requests a second")


main()
