#!/usr/bin/env python3
"""What EdgeProxy takes with many sites: seconds and memory for `check`, start, a reload that changes one site, and a certificate for
each site from its own CA (the placeholder of every name is swapped). Several builds are measured in turn.

usage: many-sites.py [sites] [EdgeProxy.dll ...]     (default 10000 and this repository's Release build)
"""

import json
import pathlib
import re
import ssl
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from stage import PROGRAM, Stage, free_port, wait

PATIENCE = 1800


def status(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def serves(port, name):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", port), 30) as connection, context.wrap_socket(connection, server_hostname=name):
            return True
    except OSError:
        return False


def memory(process, peak=False):
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(rf"{'VmHWM' if peak else 'VmRSS'}:\s+(\d+)", text)[1]) // 1024


def cpu(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def settle(process):
    """Waits until it has nothing left to do."""
    while True:
        before = cpu(process)
        time.sleep(1)
        if cpu(process) - before < 0.03:
            return


def measure(stage, program, sites, source):
    folder = stage.folder / f"{time.monotonic_ns()}"
    folder.mkdir()
    certificate = {"Certificate": {"Source": "File", "Path": "c.pem", "KeyPath": "k.pem"}} if source == "File" else {}
    http, https, admin = free_port(), free_port(), free_port()
    section = {"BindAddress": "127.0.0.1", "HttpPort": http, "HttpsPort": https, "Admin": {"Port": admin}, "DataDirectory": str(folder / "data"),
               "Domains": {f"site{number}.sites.internal": {"Upstream": "http://127.0.0.1:1", **certificate}
                           for number in range(sites)}}
    settings = folder / "appsettings.json"

    def write():
        settings.write_text(json.dumps({"Serilog": {"MinimumLevel": "Warning"}, "EdgeProxy": section}))

    if source == "File":
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=x",
                        "-addext", "subjectAltName=DNS:*.sites.internal", "-keyout", folder / "k.pem", "-out", folder / "c.pem"],
                       check=True, capture_output=True)
    write()
    figures = {}
    begin = time.monotonic()
    subprocess.run(["dotnet", program, "check"], cwd=folder, check=True, capture_output=True)
    figures["check s"] = time.monotonic() - begin

    begin = time.monotonic()
    process = stage.start("many", "dotnet", program, folder=folder)
    wait(lambda: serves(https, "site7.sites.internal"), "shake hands", PATIENCE)
    figures["first handshake s"] = time.monotonic() - begin
    wait(lambda: status(f"http://127.0.0.1:{admin}/readyz")[0] == 200, "be ready", PATIENCE)
    figures["ready s"] = time.monotonic() - begin
    settle(process)
    figures["all certificates s"] = time.monotonic() - begin
    figures["cpu s"] = cpu(process)
    figures["MB"], figures["peak MB"] = memory(process), memory(process, peak=True)

    section["Domains"]["site7.sites.internal"]["Upstream"] = "http://127.0.0.1:2"
    write()
    before = cpu(process)
    begin = time.monotonic()
    answer = subprocess.run(["dotnet", program, "reload"], cwd=folder, capture_output=True, text=True)
    figures["reload s"] = time.monotonic() - begin
    figures["reload cpu s"] = cpu(process) - before
    figures["after MB"] = memory(process)
    if answer.returncode != 0:
        print(answer.stdout, answer.stderr)
    stage.stop(process)
    return figures


def main():
    sites = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    programs = [pathlib.Path(path) for path in sys.argv[2:]] or [PROGRAM]
    with Stage() as stage:
        for source in ("Internal", "File"):
            for program in programs:
                figures = measure(stage, program, sites, source)
                print(source, program, *(f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}" for name, value in figures.items()), sep="\n  ", flush=True)


main()
