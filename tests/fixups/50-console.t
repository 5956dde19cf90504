#!/bin/sh
# 50-console.t - the serial console, where there is one
. "$(dirname "$0")/cases.sh"

run_cases 50-console "$@"
