#!/usr/bin/env python3
"""testssl.sh against EdgeProxy with a certificate from Pebble: every finding above LOW."""

import json
import subprocess
import sys

from stage import Stage, free_port, serves_pebble, wait

# Findings, by the start of their id, that nothing in the proxy could change.
NOT_OURS = {
    "cert_chain_of_trust": "a test CA: nobody trusts its root",
    "cert_revocation": "a test CA: neither OCSP nor CRL",
    "cert_crl": "a test CA: neither OCSP nor CRL",
    "cert_ocsp": "a test CA: neither OCSP nor CRL",
    "certificate_transparency": "a test CA: no log",
    "DNS_CAArecord": "a name without DNS",
    "security_headers": "the upstream's to send",
}


def main():
    with Stage() as stage:
        http_port = free_port()
        site = {"Acme": stage.acme(stage.pebble(http_port)), "Domains": {"one.test": {"Upstream": "demo"}}}
        edge = stage.edgeproxy(site, http_port)
        wait(lambda: serves_pebble(edge.https_port, "one.test"), "serve a certificate from Pebble")
        report = stage.folder / "testssl.json"
        subprocess.run(["testssl", "--quiet", "--warnings", "off", "--color", "0", "--ip", "127.0.0.1", "--jsonfile", report,
                        f"one.test:{edge.https_port}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=900)
        findings = json.loads(report.read_text())
    high = [f for f in findings if f["severity"] in ("MEDIUM", "HIGH", "CRITICAL", "FATAL")]
    ours = [f for f in high if not reason(f)]
    print(f"{len(findings)} findings, {len(high)} above LOW, {len(ours)} of them the proxy's")
    for finding in high:
        print(f"  {finding['severity']:8} {finding['id']}: {finding['finding']}   ({reason(finding) or 'the proxy'})")
    # Fewer than that, and the scan broke off.
    sys.exit(1 if ours or len(findings) < 100 else 0)


def reason(finding):
    return next((why for start, why in NOT_OURS.items() if finding["id"].startswith(start)), None)


if __name__ == "__main__":
    main()
