#!/usr/bin/env bash
# Everything there is to check: installs the real servers where they are missing, builds with warnings as errors, checks the
# formatting, runs every test. A server that is missing is a failure here, not a skipped test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 EDGEPROXY_REQUIRE_SERVERS=1
configuration=${CONFIGURATION:-Release}

bash tests/install-servers.sh
dotnet build EdgeProxy.sln --configuration "$configuration"
dotnet format EdgeProxy.sln --no-restore --verify-no-changes
dotnet test --solution EdgeProxy.sln --configuration "$configuration" --no-build --max-parallel-test-modules 1 --timeout 20m "$@"
