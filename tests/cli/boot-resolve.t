#!/bin/sh
# p2v-boot resolve: the fixups' way to ask which volume a name means.
. "$(dirname "$0")/../lib.sh"

mkdir "$T/facts"
tab=$(printf '\t')
printf '/dev/sda\tSER0001\n' >"$T/facts/source-disks"
{
	printf -- '-\t/dev/sda\t0\tgap\t\t\t/dev/vda\n'
	printf '/dev/vda1\t/dev/sda\t1\text4\tc0ffee00-1111-4222-8333-444455556666\tmy root\t/dev/vda\t0badcafe-01\n'
	printf '/dev/vda2\t/dev/sda\t2\tswap\t\tdup\t/dev/vda\t0badcafe-02\n'
	printf '/dev/vda3\t/dev/sda\t3\text4\tABCD\tdup\t/dev/vda\t0badcafe-03\n'
} >"$T/facts/volumes"

# answer NAME: what follows the name.
answer() {
	printf '%s\n' "$1" >"$T/names"
	p2v-boot resolve "$T/facts" <"$T/names" | sed "s#$tab#|#g"
}

check_eq "a kernel's name" "$(answer /dev/sda1)" \
	"/dev/sda1|volume|changes|/dev/vda1|ext4|UUID=c0ffee00-1111-4222-8333-444455556666"
check_eq "a link with the serial number" "$(answer /dev/disk/by-id/ata-X_SER0001-part3)" \
	"/dev/disk/by-id/ata-X_SER0001-part3|volume|changes|/dev/vda3|ext4|UUID=ABCD"
check_eq "a blank as fstab has it" "$(answer 'LABEL=my\040root')" \
	"LABEL=my\\040root|volume|stays|/dev/vda1|ext4|UUID=c0ffee00-1111-4222-8333-444455556666"
check_eq "a volume without a UUID" "$(answer PARTUUID=0badcafe-02)" "PARTUUID=0badcafe-02|volume|stays|/dev/vda2|swap|/dev/vda2"
check_eq "a whole disk" "$(answer /dev/sda)" "/dev/sda|disk|changes|/dev/vda||"
check_eq "another disk" "$(answer /dev/sdb1)" "/dev/sdb1|absent|changes|||"
check_eq "two volumes" "$(answer LABEL=dup)" "LABEL=dup|ambiguous|stays|||"
check_eq "no disk at all" "$(answer proc)" "proc|unknown|changes|||"
check_eq "a line without a name" "$(answer '')" "|unknown|changes|||"
printf '/dev/sda1\nproc' >"$T/names"
check_eq "each line has an answer" "$(p2v-boot resolve "$T/facts" <"$T/names" | wc -l | tr -d ' ')" 2
mkdir "$T/none"
check_eq "without facts nothing is known" "$(echo /dev/sda1 | p2v-boot resolve "$T/none" | cut -f 2)" unknown
check_status "no folder" 4 sh -c "echo | p2v-boot resolve '$T/no-such'"
check_has "it is named" "$T/err" "no-such"
check_status "no argument" 1 p2v-boot resolve
done_testing
