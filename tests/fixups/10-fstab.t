#!/bin/sh
# 10-fstab.t - file systems and swap keep their names by UUID
. "$(dirname "$0")/cases.sh"

run_cases 10-fstab "$@"
