# domain.sh - how a hypervisor is told about an instance: libvirt's domain XML,
# and a cloud-init seed (POSIX sh)
#
# The XML is checked against libvirt's schema in the tests, the seed is NoCloud:
# a small vfat volume "CIDATA" with meta-data, user-data and network-config.
#
# shellcheck shell=sh

# Text for an XML element or attribute.
domain_escape() {
	printf '%s' "$1" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' \
		-e "s/'/\\&apos;/g" -e 's/"/\&quot;/g'
}

domain_check() {
	case $DOMAIN_MEMORY in '' | *[!0-9]* | ????????*) die 1 "--memory is a number of MiB: '$DOMAIN_MEMORY'" ;; esac
	case $DOMAIN_CPUS in '' | 0* | *[!0-9]* | ????*) die 1 "--cpus is a number: '$DOMAIN_CPUS'" ;; esac
	case $DOMAIN_BRIDGE in *[!A-Za-z0-9._-]* | ????????????????*) die 1 "not the name of a bridge: '$DOMAIN_BRIDGE'" ;; esac
	case $DOMAIN_MAC in
	'' | [0-9a-fA-F][0-9a-fA-F]:??:??:??:??:??) ;;
	*) die 1 "not a MAC address: '$DOMAIN_MAC'" ;;
	esac
	case $DOMAIN_MAC in *[!0-9a-fA-F:]*) die 1 "not a MAC address: '$DOMAIN_MAC'" ;; esac
}

# domain_disk PATH TARGET: with a serial number, by which p2v-push asks for it.
domain_disk() {
	domain_path=$(readlink -f "$1")
	domain_kind='file' domain_source='file'
	if [ -b "$domain_path" ]; then
		domain_kind='block' domain_source='dev'
	fi
	cat <<-EOF
		    <disk type='$domain_kind' device='disk'>
		      <driver name='qemu' type='raw' discard='unmap'/>
		      <source $domain_source='$(domain_escape "$domain_path")'/>
		      <target dev='$2' bus='virtio'/>
	EOF
	if [ "$2" = vda ]; then
		echo "      <serial>$(echo "$INSTANCE_NAME" | tr -d . | cut -c 1-20)</serial>"
	else
		echo "      <readonly/>"
	fi
	echo "    </disk>"
}

# From its own disk, or from a kernel and an initramfs (p2v-initrd build
# --standalone) that are given to it.
domain_os() {
	echo "  <os>"
	echo "    <type arch='x86_64' machine='pc'>hvm</type>"
	if [ -n "$DOMAIN_KERNEL" ]; then
		cat <<-EOF
			    <kernel>$(domain_escape "$(readlink -f "$DOMAIN_KERNEL")")</kernel>
			    <initrd>$(domain_escape "$(readlink -f "$DOMAIN_INITRD")")</initrd>
			    <cmdline>console=tty0 console=ttyS0,115200</cmdline>
		EOF
	else
		echo "    <boot dev='hd'/>"
	fi
	echo "  </os>"
}

domain_interface() {
	if [ -n "$DOMAIN_BRIDGE" ]; then
		echo "    <interface type='bridge'>"
		echo "      <source bridge='$DOMAIN_BRIDGE'/>"
	else
		echo "    <interface type='network'>"
		echo "      <source network='default'/>"
	fi
	[ -z "$DOMAIN_MAC" ] || echo "      <mac address='$DOMAIN_MAC'/>"
	echo "      <model type='virtio'/>"
	echo "    </interface>"
}

# domain_xml DISK: the whole document. A kexec'ed kernel finds everything where
# the bootstrap system had it; on_reboot starts the migrated system from disk.
domain_xml() {
	cat <<-EOF
		<domain type='kvm'>
		  <name>$INSTANCE_NAME</name>
		  <memory unit='MiB'>$DOMAIN_MEMORY</memory>
		  <vcpu>$DOMAIN_CPUS</vcpu>
	EOF
	domain_os
	cat <<-EOF
		  <features><acpi/><apic/></features>
		  <cpu mode='host-passthrough'/>
		  <clock offset='utc'/>
		  <on_poweroff>destroy</on_poweroff>
		  <on_reboot>restart</on_reboot>
		  <on_crash>restart</on_crash>
		  <devices>
	EOF
	domain_disk "$1" vda
	[ -z "$DOMAIN_SEED" ] || domain_disk "$DOMAIN_SEED" vdb
	domain_interface
	cat <<-EOF
		    <serial type='pty'/>
		    <console type='pty'/>
		    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
		  </devices>
		</domain>
	EOF
}

seed_user_data() {
	echo '#cloud-config'
	echo 'ssh_authorized_keys:'
	grep -v -e '^[[:blank:]]*#' -e '^[[:blank:]]*$' "$P2V_SSH_KEY" | sed "s/'/''/g; s/.*/  - '&'/"
	[ -n "$P2V_HOST_KEYS" ] || return 0
	echo 'ssh_keys:'
	for seed_type in ed25519 ecdsa rsa; do
		seed_key=$P2V_HOST_KEYS/ssh_host_${seed_type}_key
		[ -r "$seed_key" ] || continue
		echo "  ${seed_type}_private: |"
		sed 's/^/    /' "$seed_key"
		echo "  ${seed_type}_public: $(ssh-keygen -y -f "$seed_key" | cut -d ' ' -f 1,2)"
	done
}

seed_network() {
	printf 'version: 2\nethernets:\n  all:\n    match:\n      name: "e*"\n'
	if [ "$P2V_NETWORK" = dhcp ]; then
		printf '    dhcp4: true\n'
		return
	fi
	printf '    addresses:\n      - %s\n' "$(network_value address)"
	seed_gateway=$(network_value gateway)
	[ -z "$seed_gateway" ] ||
		printf '    routes:\n      - to: default\n        via: %s\n        on-link: true\n' "$seed_gateway"
	seed_dns=$(network_value dns)
	[ -z "$seed_dns" ] || printf '    nameservers:\n      addresses:\n        - %s\n' "$seed_dns"
}

# seed_write FILE: replaced only when it is complete. 0600: it may hold private
# keys.
seed_write() {
	seed_work=$(mktemp -d "${TMPDIR:-/var/tmp}/p2v-seed.XXXXXX")
	on_exit "rm -rf '$seed_work'"
	printf 'instance-id: %s\nlocal-hostname: %s\n' "$INSTANCE_NAME" "$INSTANCE_NAME" >"$seed_work/meta-data"
	seed_user_data >"$seed_work/user-data"
	seed_network >"$seed_work/network-config"
	(
		umask 077
		truncate -s 1M "$1.new"
	)
	if ! mkfs.vfat -n CIDATA "$1.new" >/dev/null || ! mcopy -i "$1.new" "$seed_work"/* :: ||
		! mv "$1.new" "$1"; then
		die 4 "cannot make the seed $1"
	fi
}
