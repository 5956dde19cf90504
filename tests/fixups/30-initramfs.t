#!/bin/sh
# 30-initramfs.t - what is missing is appended, and only that
. "$(dirname "$0")/cases.sh"

run_cases 30-initramfs "$@"
