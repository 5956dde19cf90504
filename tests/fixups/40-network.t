#!/bin/sh
# 40-network.t - the names of network interfaces are kept
. "$(dirname "$0")/cases.sh"

run_cases 40-network "$@"
