#!/bin/sh
# standalone-cloud.t - what the standalone initrd takes from a cloud-init volume,
# with the awks of Debian and of busybox
#
# shellcheck disable=SC2016,SC2086 # "busybox awk" is words; hostile text stays as it is
. "$(dirname "$0")/../lib.sh"
need mawk busybox

D=$ROOT/initrd/standalone
mkdir -p "$T/bin" "$T/lib"
ln -s "$D" "$T/lib/standalone"

# lines FILE: what the network-config in it becomes.
lines() { $awk -f "$D/cloud.awk" "$1" | $awk -f "$D/cloudnet.awk"; }

# volume DIR: takes it, prints keys and network.
volume() {
	rm -rf "$T/run"
	mkdir "$T/run"
	PATH="$T/bin:$PATH" p2v_run=$T/run p2v_lib=$T/lib dash -c ". '$D/base.sh'; . '$D/cloud.sh'; cloud_take '$1'"
	cat "$T/run/cloud/authorized_keys" "$T/run/cloud/network"
}

mkdir -p "$T/nocloud" "$T/script" "$T/drive/openstack/latest"
printf 'instance-id: i-1\nlocal-hostname: web1\npublic-keys:\n  0:\n    openssh-key: ssh-rsa AAAA0 meta\n' >"$T/nocloud/meta-data"
cat >"$T/nocloud/user-data" <<'X'
#cloud-config
users:
  - name: admin   # a comment
    ssh_authorized_keys:
      - ssh-ed25519 AAAA1 one
      - "ssh-rsa AAAA2 two # no comment"
  - default
ssh_authorized_keys:
- ssh-rsa AAAA3
- 'ssh-rsa AAAA4 it''s'
write_files:
  - path: /x
    content: |
      ssh_authorized_keys:
        - ssh-rsa EVIL
runcmd: [ls, {a: b}]
X
cat >"$T/nocloud/network-config" <<'X'
version: 1
config:
- type: physical
  name: enp1s0
  subnets:
     - type: static
       address: 192.0.2.7
       netmask: 255.255.254.0
       gateway: 192.0.2.1
       dns_nameservers:
         - 8.8.8.8
       routes:
         - {network: 10.0.0.0, netmask: 255.0.0.0, gateway: 192.0.2.2}
- type: vlan
  name: v5
  vlan_link: enp1s0
  vlan_id: 5
  subnets: [{type: dhcp4}]
- type: nameserver
  address: 1.1.1.1
X
printf '#!/bin/sh\nssh_authorized_keys: [ssh-rsa EVIL]\n' >"$T/script/user-data"
cat >"$T/drive/openstack/latest/meta_data.json" <<'X'
{"uuid": "x", "hostname": "vm-1", "public_keys": {"mine": "ssh-rsa AAAA5 z\n", "other": "ssh-rsa AAAA6"},
 "keys": [{"data": "ssh-rsa AAAA5 z\n", "name": "mine"}]}
X
cat >"$T/drive/openstack/latest/network_data.json" <<'X'
{"links": [{"id": "tap1", "ethernet_mac_address": "FA:16:3e:00:00:01", "mtu": 1450, "type": "ovs"}],
 "networks": [{"id": "n0", "type": "ipv4", "link": "tap1", "ip_address": "10.1.1.2", "netmask": "255.255.0.0",
   "routes": [{"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "10.1.0.1"}]},
  {"id": "n1", "type": "ipv6_dhcp", "link": "tap1"}],
 "services": [{"type": "dns", "address": "8.8.4.4"}]}
X
cat >"$T/v2" <<'X'
network:
  version: 2
  ethernets:
    id0:
      match:
        macaddress: "52:54:00:AA:bb:cc"
      addresses: [192.0.2.7/32, "2001:db8::7/64"]
      routes:
        - to: default
          via: 198.51.100.1
          on-link: true
        - to: 2001:db8:1::/48
          via: fe80::1
          metric: 5
      nameservers:
        addresses: [9.9.9.9]
    id1:
      match: {macaddress: "52:54:00:aa:bb:cd"}
      dhcp4: true
  bonds:
    bond0: {interfaces: [id0, id1], parameters: {mode: 802.3ad}}
  vlans:
    v5:
      id: 5
      link: bond0
      dhcp4: yes
X

for awk in mawk 'busybox awk'; do
	printf '#!/bin/sh\nexec %s "$@"\n' "$awk" >"$T/bin/awk"
	chmod 755 "$T/bin/awk"
	check_eq "$awk: NoCloud" "$(volume "$T/nocloud")" "ssh-rsa AAAA0 meta
ssh-ed25519 AAAA1 one
ssh-rsa AAAA2 two # no comment
ssh-rsa AAAA3
ssh-rsa AAAA4 it's
hostname web1
address any 192.0.2.7/23
route any default via 192.0.2.1
route any 10.0.0.0/8 via 192.0.2.2
nameserver 8.8.8.8
vlan v5 any 5
dhcp v5
nameserver 1.1.1.1"
	check_eq "$awk: a config drive" "$(volume "$T/drive")" "ssh-rsa AAAA5 z 
ssh-rsa AAAA6
hostname vm-1
address fa:16:3e:00:00:01 10.1.1.2/16
route fa:16:3e:00:00:01 default via 10.1.0.1
dhcp6 fa:16:3e:00:00:01
nameserver 8.8.4.4"
	check_eq "$awk: a script is not ours" "$(volume "$T/script")" ''
	check_eq "$awk: network-config of version 2" "$(lines "$T/v2")" 'bond bond0 52:54:00:aa:bb:cc,52:54:00:aa:bb:cd mode=802.3ad
vlan v5 bond0 5
address 52:54:00:aa:bb:cc 192.0.2.7/32
address 52:54:00:aa:bb:cc 2001:db8::7/64
route 52:54:00:aa:bb:cc default via 198.51.100.1
route 52:54:00:aa:bb:cc -6 2001:db8:1::/48 via fe80::1 metric 5
nameserver 9.9.9.9
dhcp 52:54:00:aa:bb:cd
dhcp v5'

	# Hostile: nothing of it ends badly, a value stays one word.
	printf 'version: 1\nconfig:\n- type: physical\n  name: eth0\n  subnets:\n  - {type: static, address: "192.0.2.7/24 $(reboot); x"}\n' >"$T/evil"
	check_eq "$awk: a value stays one word" "$(lines "$T/evil")" 'address any 192.0.2.7/24rebootx'
	head -c 3000 /dev/zero | tr '\0' '[' >"$T/deep"
	check "$awk: depth is bounded" lines "$T/deep"
	printf '{"a":' >"$T/cut"
	check "$awk: a file that is cut off" lines "$T/cut"
	awk 'BEGIN { for (i = 0; i < 20000; i++) print "- ssh-rsa AAAA" i }' >"$T/long"
	check_eq "$awk: length is bounded" "$($awk -f "$D/cloud.awk" "$T/long" | wc -l)" 4000
done
done_testing
