#!/usr/bin/env bash
# A blue-green deployment and a certificate swap while wrk and h2load run: how many requests went through, how many failed.
# usage: under-load.sh [reloads] [swaps]     (default 100 and 20)
EDGEPROXY_TEST_RELOADS=${1:-100} EDGEPROXY_TEST_SWAPS=${2:-20} exec "$(dirname "${BASH_SOURCE[0]}")/often.sh" UnderLoadTests
