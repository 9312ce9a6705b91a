#!/usr/bin/env bash
# Runs the end-to-end tests of one class and prints the figures they report. What is counted, the caller's variables say.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
status=0
EDGEPROXY_REQUIRE_SERVERS=1 EDGEPROXY_TEST_FIGURES=$figures \
  dotnet test --project tests/EdgeProxy.EndToEnd --configuration Release --filter-class "*.$1" || status=$?
cat "$figures"
exit "$status"
