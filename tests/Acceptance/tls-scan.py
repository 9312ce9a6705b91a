#!/usr/bin/env python3
"""testssl.sh against EdgeProxy with a certificate from Pebble: every finding above LOW."""

import json
import subprocess
import sys

from stage import Stage, free_port, served_certificate, wait

# What a CA that nobody trusts, that has no OCSP responder, no CRL and no log, and a name without DNS cause.
CAUSED_BY_A_TEST_CA = ("cert_chain_of_trust", "cert_trust", "cert_crlDistributionPoints", "cert_ocspURL", "cert_revocation", "certificate_transparency",
                       "overall_grade", "grade_cap_reason", "final_score", "DNS_CAArecord", "cert_notAfter", "cert_validityPeriod",
                       "cert_extlifeSpan", "cert_expirationStatus", "cert_caIssuers")


def main():
    with Stage() as stage:
        http_port = free_port()
        site = {"Acme": stage.acme(stage.pebble(http_port)), "Domains": {"one.test": {"Upstream": "demo"}}}
        edge = stage.edgeproxy(site, http_port)
        wait(lambda: "Pebble" in served_certificate(edge.https_port, "one.test")[0], "serve a certificate from Pebble")
        report = stage.folder / "testssl.json"
        subprocess.run(["testssl", "--quiet", "--warnings", "off", "--color", "0", "--ip", "127.0.0.1", "--jsonfile", report,
                        f"one.test:{edge.https_port}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=900)
        findings = json.loads(report.read_text())
    high = [f for f in findings if f["severity"] in ("MEDIUM", "HIGH", "CRITICAL", "FATAL")]
    ours = [f for f in high if not f["id"].startswith(CAUSED_BY_A_TEST_CA)]
    print(f"{len(findings)} findings, {len(high)} above LOW, {len(ours)} of them not caused by the test CA")
    for finding in high:
        print(f"  {finding['severity']:8} {finding['id']}: {finding['finding']}{'' if finding in ours else '   (the test CA)'}")
    sys.exit(1 if ours or len(findings) < 50 else 0)


if __name__ == "__main__":
    main()
