#!/bin/sh
# push-rsh.t - whole pushes into a plain file, and every refusal before them
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push-lib.sh"
need sfdisk mke2fs e2fsck debugfs setsid jq

make_source "$T/source.img"
make_target "$T/target.img" 64M
source_sum=$(sum "$T/source.img")
before=$(sum "$T/target.img")
unchanged() { check_eq "$1: the disk's bytes are unchanged" "$(sum "$T/target.img")" "$before"; }

check_status "a dry run" 0 local_push --dry-run host
unchanged "dry run"
check_has "it shows the plan" "$T/out" "copy used blocks"
check_has "and what becomes of the disk" "$T/out" \
	"source.img becomes $T/target.img: mbr partition table, 2 partitions, 64 MiB"
check_has "and what an erase would destroy" "$T/out" "Erased: everything on $T/target.img"
check_has "and the steps" "$T/out" "Steps on the target"
check_has "and says that nothing was written" "$T/err" "nothing was written"

check_status "a dry run for scripts" 0 local_push --dry-run --json host
unchanged "dry run for scripts"
check "every line is a JSON object with an event" \
	jq -es 'length > 3 and all(.event | type == "string")' "$T/out"
check_eq "the events in their order" "$(jq -r .event "$T/out" | tr '\n' ' ')" \
	"source target plan verdict end "
# shellcheck disable=SC2016 # $t is jq's
check "the plan names the target" \
	jq -es --arg t "$T/target.img" 'map(select(.event == "plan"))[0].disks[0].target == $t' "$T/out"
check "and both layouts, each volume's source and target" jq -es \
	'map(select(.event == "plan"))[0] | .chunk_size == 1048576 and (.disks[0] | .target_size == 67108864 and
	.target_table == "mbr" and .table == "mbr") and (.volumes | length == 3) and
	(.volumes | all(.source == .target and .source.length == .length))' "$T/out"
check "the secret of the push is not told" sh -c "! grep -q secret '$T/out'"
check "the status is in it" jq -es '.[-1].status == 0' "$T/out"

check_status "no consent without a terminal" 2 local_push host
check_has "tells the option" "$T/err" "--yes-erase $T/target.img"
unchanged "no consent"
check_status "another disk is named" 2 local_push --yes-erase /dev/other host
check_has "tells so" "$T/err" "--yes-erase /dev/other is not a disk that this push would erase"
unchanged "another disk"
check_status "one right and one wrong name" 2 \
	local_push --yes-erase "$T/target.img" --yes-erase /dev/other host
unchanged "one right and one wrong name"
check_status "a wrong name is found by the dry run" 2 local_push --dry-run --yes-erase X host
check_status "a target disk that is not there" 2 \
	local_push --target-disk /dev/other --yes-erase /dev/other host
check_has "tells what is there" "$T/err" "it has: "
check_status "a source that is not there" 2 local_push --source "$T/absent" \
	--yes-erase "$T/target.img" host
unchanged "no source"

make_target "$T/target.img" 32M
before=$(sum "$T/target.img")
check_status "a target that is too small" 2 local_push --yes-erase "$T/target.img" host
check_has "is not chosen" "$T/err" "too small"
unchanged "too small"
check_status "nor when it is named" 2 \
	local_push --target-disk "$T/target.img" --yes-erase "$T/target.img" host
unchanged "too small and named"

make_target "$T/target.img" 64M
check_status "a push" 0 local_push --yes-erase "$T/target.img" --connections 3 \
	--log "$T/log" host
check "the system is on the target" same_system "$T/source.img" "$T/target.img"
check_has "there is a summary" "$T/out" "on the wire"
check_has "the log has debug messages" "$T/log" " debug "
check_has "and the plan" "$T/log" "copy used blocks"
check "without control codes when there is no terminal" \
	sh -c "! grep -q '$(printf '\033')' '$T/err'"
check_eq "the source is as before" "$(sum "$T/source.img")" "$source_sum"

check_status "again over the same disk, raw, unverified" 0 local_push \
	--yes-erase "$T/target.img" --compress none --no-verify --connections 1 host
check "the system is on the target again" same_system "$T/source.img" "$T/target.img"
for size in 64K 4M; do
	make_target "$T/target.img" 64M
	check_status "in chunks of $size" 0 local_push --yes-erase "$T/target.img" \
		--chunk-size $size host
	check "it arrives as well" same_system "$T/source.img" "$T/target.img"
done
make_target "$T/target.img" 64M
check_status "a push for scripts" 0 local_push --yes-erase "$T/target.img" --json \
	--compress 3 host
check "arrives as well" same_system "$T/source.img" "$T/target.img"
check "nothing but JSON is on stdout" jq -es 'length > 5' "$T/out"
check "progress reaches its total" jq -es \
	'map(select(.event == "progress"))[-1] | .done == .total and .wire < .done' "$T/out"
check "the result and the cutover are told" jq -es \
	'any(.event == "result") and any(.event == "cutover" and .mode == "none")' "$T/out"
check "so is what it has cost" jq -es \
	'.[-1] | .event == "end" and .status == 0 and .peak_rss > 0 and .passes == 1' "$T/out"

# Two disks, to two targets in the order given.
cp "$T/source.img" "$T/second.img"
printf 'label-id: 0x9abcdef0\nstart=2048, size=73728, type=83\nstart=75776, size=16384, type=82\n' |
	sfdisk --quiet --force "$T/second.img" >/dev/null 2>&1
make_target "$T/target.img" 64M
make_target "$T/target2.img" 64M
# shellcheck disable=SC2317 # check_status calls it
two_disks() {
	setsid -w p2v-push --rsh env --source "$T/source.img" --source "$T/second.img" \
		--receiver "p2v-receive --disk $T/target2.img --disk $T/target.img --session-dir $T/session2" \
		--fixups none --cutover none "$@" host </dev/null
}
check_status "two disks have to be assigned" 2 two_disks --yes-erase "$T/target.img" \
	--yes-erase "$T/target2.img"
check_has "tells how" "$T/err" "--target-disk"
check_status "one of two disks not confirmed" 2 two_disks --target-disk "$T/target.img" \
	--target-disk "$T/target2.img" --yes-erase "$T/target.img"
check_status "two disks" 0 two_disks --target-disk "$T/target.img" \
	--target-disk "$T/target2.img" --yes-erase "$T/target2.img" --yes-erase "$T/target.img"
check "the first is on the first target" same_system "$T/source.img" "$T/target.img"
check "the second on the second" same_system "$T/second.img" "$T/target2.img"

check_status "no such program for --rsh" 5 p2v-push --rsh "$T/none" --dry-run \
	--source "$T/source.img" host
check_has "tells which" "$T/err" "$T/none"

# An interrupt during the transfer: the target can be pushed to again.
make_target "$T/target.img" 64M
slow=$T/slow
cat >"$slow" <<'END'
#!/bin/sh
# Lets the control conversation pass and never starts a data connection.
[ -e "$SLOW_SECOND" ] && exec sleep 600
: >"$SLOW_SECOND"
exec "$@"
END
chmod +x "$slow"
SLOW_SECOND=$T/second
export SLOW_SECOND
p2v-push --rsh "$slow" --source "$T/source.img" --fixups none --cutover none \
	--receiver "p2v-receive --disk $T/target.img --session-dir $T/session3" \
	--yes-erase "$T/target.img" host </dev/null >"$T/out" 2>"$T/err" &
pid=$!
on_exit "kill $pid 2>/dev/null"
tries=0
while [ "$tries" -lt 300 ]; do
	# The table is written before data connections are made.
	[ -n "$(sfdisk -d "$T/target.img" 2>/dev/null)" ] && [ -e "$SLOW_SECOND" ] && break
	tries=$((tries + 1))
	sleep 0.1
done
sleep 1
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
check_eq "interrupted after the point of no return" "$status" 4
check_has "says what to do" "$T/err" "can be pushed to again"
check_status "and the second push goes through" 0 local_push --yes-erase "$T/target.img" host
check "with the whole system" same_system "$T/source.img" "$T/target.img"

done_testing
