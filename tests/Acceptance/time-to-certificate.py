#!/usr/bin/env python3
"""Seconds from process start to a Pebble certificate on the TLS port, from an empty data directory: EdgeProxy and Caddy, turn about.

usage: time-to-certificate.py [rounds]     (default 3)
"""

import statistics
import sys
import time

from stage import TOOLS, Stage, free_port, serves_pebble, wait


def seconds_until_issued(start, port):
    begin = time.monotonic()
    process = start()
    wait(lambda: serves_pebble(port(process), "one.test"), "serve a certificate from Pebble")
    return process, time.monotonic() - begin


def caddy(stage, round_number, http_port, directory):
    https_port = free_port()
    config = stage.write(f"caddy-{round_number}/Caddyfile", f"""{{
        admin off
        skip_install_trust
        http_port {http_port}
        https_port {https_port}
        storage file_system {stage.folder}/caddy-{round_number}/storage
        email ops@edge.test
        cert_issuer acme {{
            dir {directory}
            trusted_roots {stage.identity()}
            disable_tlsalpn_challenge
        }}
    }}
    one.test {{
        bind 127.0.0.1
        respond ok
    }}
    """)
    return lambda: stage.start("caddy", TOOLS / "caddy", "run", "--config", config, "--adapter", "caddyfile"), lambda _: https_port


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print("| CA | EdgeProxy (s) | Caddy (s) |\n|---|---|---|")
    for current, name in ((False, "Pebble 2.4.0 -strict"), (True, "Pebble 2.10 -strict")):
        with Stage() as stage:
            http_port = free_port()
            directory = stage.pebble(http_port, current)
            ours, theirs = [], []
            for number in range(rounds):
                site = {"Acme": stage.acme(directory), "Domains": {"one.test": {"Upstream": "demo"}}}
                process, seconds = seconds_until_issued(lambda: stage.edgeproxy(site, http_port, wait_until_ready=False), lambda p: p.https_port)
                ours.append(seconds)
                stage.stop(process)
                process, seconds = seconds_until_issued(*caddy(stage, number, http_port, directory))
                theirs.append(seconds)
                stage.stop(process)
            print(f"| {name} | {show(ours)} | {show(theirs)} |", flush=True)


def show(values):
    return f"{statistics.median(values):.2f} ({', '.join(f'{value:.2f}' for value in values)})"


if __name__ == "__main__":
    main()
