#!/bin/sh
# 20-bootloader.t - GRUB's files, and the check of its boot code
. "$(dirname "$0")/cases.sh"

run_cases 20-bootloader "$@"
