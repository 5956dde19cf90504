# shellcheck shell=sh disable=SC2154 # base.sh has set them
# cloud.sh - keys and network from a cloud-init volume (NoCloud, config drive)

cloud_read() { :; }
