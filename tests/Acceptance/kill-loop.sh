#!/usr/bin/env bash
# kill -9 at random moments during issuance: what was served after each restart, and how many orders the CA saw.
# usage: kill-loop.sh [kills]     (default 50)
EDGEPROXY_TEST_KILLS=${1:-50} exec "$(dirname "${BASH_SOURCE[0]}")/often.sh" KillTests
