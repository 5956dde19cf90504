# shellcheck shell=sh disable=SC2154 # base.sh has set them
# cloud.sh - keys and network from a cloud-init volume: NoCloud (a file system
# labelled "cidata") or config drive ("config-2")
#
# Taken are: ssh_authorized_keys of user-data (also of its users), public-keys of
# meta-data, hostname; network-config of version 1 and 2, or OpenStack's
# network_data.json, as far as cloudnet.awk knows them. Nothing of it is run.
# The files are read only up to a size; cloud.awk says what YAML it knows.

cloud_limit=262144

# cloud_find: prints "DEVICE KIND".
cloud_find() {
	for cloud_label in cidata CIDATA config-2 CONFIG-2; do
		cloud_node=$(blkid -c /dev/null -o device -t "LABEL=$cloud_label" 2>/dev/null | head -n 1)
		if [ -n "$cloud_node" ]; then
			echo "$cloud_node $cloud_label"
			return
		fi
	done
	return 1
}

# cloud_paths FILE...: what cloud.awk makes of the first that exists.
cloud_paths() {
	for cloud_file; do
		[ -f "$cloud_file" ] || continue
		head -c "$cloud_limit" "$cloud_file" | awk -f "$p2v_lib/standalone/cloud.awk"
		return
	done
}

# cloud_keys: from paths on stdin, whatever is a list of keys.
cloud_keys() {
	awk -F '\t' '$1 ~ /(^|\/)(ssh_authorized_keys|ssh-authorized-keys|public-keys|public_keys)(\/|$)/ { print $2 }'
}

# cloud_take DIR: from a mounted volume into $p2v_run/cloud.
cloud_take() {
	cloud_out=$p2v_run/cloud
	mkdir -p "$cloud_out"
	cloud_os=$1/openstack/latest
	{
		cloud_paths "$1/meta-data" "$cloud_os/meta_data.json"
		# user-data that is not #cloud-config is a script, and none of ours.
		for cloud_user in "$1/user-data" "$cloud_os/user_data"; do
			[ -f "$cloud_user" ] || continue
			case $(head -n 1 "$cloud_user" | tr -d '\r') in '#cloud-config'*) cloud_paths "$cloud_user" ;; esac
		done
	} >"$cloud_out/paths"
	cloud_keys <"$cloud_out/paths" >"$cloud_out/authorized_keys"
	{
		awk -F '\t' '
			($1 == "local-hostname" || $1 == "hostname") && $2 ~ /^[A-Za-z0-9.-]+$/ && !done++ { print "hostname " $2 }' \
			"$cloud_out/paths"
		cloud_paths "$1/network-config" "$cloud_os/network_data.json" |
			awk -f "$p2v_lib/standalone/cloudnet.awk"
	} >"$cloud_out/network"
}

# cloud_read: status 1 if there is no such volume (yet).
cloud_read() {
	[ ! -e "$p2v_run/cloud" ] || return 0
	cloud_found=$(cloud_find) || return 1
	mkdir -p "$p2v_run/volume"
	if ! mount -o ro,nosuid,nodev,noexec "${cloud_found% *}" "$p2v_run/volume" 2>"$p2v_run/cloud.error"; then
		grep -qxF "${cloud_found% *}" "$p2v_run/cloud.said" 2>/dev/null ||
			say "the volume ${cloud_found#* } on ${cloud_found% *} cannot be mounted: $(head -n 1 "$p2v_run/cloud.error")"
		echo "${cloud_found% *}" >>"$p2v_run/cloud.said"
		return 1
	fi
	cloud_take "$p2v_run/volume"
	umount "$p2v_run/volume"
	say "keys and network from the volume ${cloud_found#* } on ${cloud_found% *}: $(wc -l <"$p2v_run/cloud/authorized_keys") keys"
}
