/* test-facts.c - the target's facts to JSON and back */
#include "plan/facts.h"
#include "tap.h"
#include "util/cleanup.h"

#include <errno.h>

static void example(struct facts *f)
{
	*f = (struct facts){.hostname = "bootstrap",
			    .program = "p2v-receive 0.1",
			    .kernel = "6.1.0",
			    .arch = "x86_64",
			    .firmware = "efi",
			    .session = "s1",
			    .root_in_ram = true,
			    .is_root = true,
			    .ram_total = 1ULL << 30,
			    .ram_available = 1 << 29,
			    .session_free = 1 << 28,
			    .kexec_why_not = "lockdown",
			    .disk_count = 2,
			    .disks = calloc(2, sizeof(struct facts_disk)),
			    .nic_count = 1,
			    .nics = {{"eth0", "52:54:00:12:34:56", "virtio_net", true}}};
	f->disks[0] = (struct facts_disk){.path = "/dev/vda",
					  .serial = "S1",
					  .model = "QEMU",
					  .size = 1ULL << 40,
					  .sector = 512,
					  .boot_disk = true};
	f->disks[1] = (struct facts_disk){.path = "/tmp/x.img",
					  .size = 4096,
					  .sector = 4096,
					  .read_only = true,
					  .file = true};
	strv_add(&f->disks[0].users, "vda1 is mounted on /");
	strv_add(&f->disks[0].contents, "vda1: ext4 \"root\", 20 GiB");
	strv_add(&f->disks[0].contents, "vda2: swap\x1b");
	strv_add(&f->fixups, "fstab");
}

static void test_both_ways(void)
{
	CLEANUP(facts_release) struct facts in = {0}, out = {0};
	CLEANUP(jdoc_freep) struct jdoc *d = NULL, *again = NULL, *third = NULL;
	CLEANUP_FREE char *text = NULL, *second = NULL;
	struct err_text err = {0};

	example(&in);
	d = facts_to_json(&in);
	text = jdoc_print(d);
	TAP_INT(jdoc_parse(text, strlen(text), &again, &err), 0);
	TAP_INT(facts_from_json(again, &out, &err), 0);
	TAP_STR(err.text, "");
	third = facts_to_json(&out);
	second = jdoc_print(third);
	TAP_STR(second, text);
	TAP_STR(out.hostname, "bootstrap");
	TAP_STR(out.firmware, "efi");
	TAP_OK(out.root_in_ram && out.is_root && !out.kexec);
	TAP_STR(out.kexec_why_not, "lockdown");
	TAP_INT(out.ram_total, 1 << 30);
	TAP_INT(out.disk_count, 2);
	TAP_INT(out.disks[0].size, 1LL << 40);
	TAP_OK(out.disks[0].boot_disk && !out.disks[0].file && !out.disks[0].read_only);
	TAP_OK(!out.disks[1].boot_disk && out.disks[1].file && out.disks[1].read_only);
	TAP_INT(out.disks[0].users.n, 1);
	TAP_INT(out.disks[1].users.n, 0);
	TAP_STR(out.disks[0].contents.v[1], "vda2: swap?");
	TAP_INT(out.nic_count, 1);
	TAP_STR(out.nics[0].driver, "virtio_net");
	TAP_OK(out.nics[0].up);
	TAP_STR(out.fixups.v[0], "fstab");
}

/* Every member is missed, and every wrong type found. */
static void test_each_member_is_needed(void)
{
	static const char *const text[] = {"hostname", "program", "kernel",       "arch",
					   "firmware", "session", "kexec_why_not"};
	static const char *const other[] = {"root_in_ram",   "is_root",      "ram_total",
					    "ram_available", "session_free", "kexec",
					    "fixups",        "disks",        "nics"};
	CLEANUP(facts_release) struct facts in = {0}, out = {0};

	example(&in);
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		CLEANUP(jdoc_freep) struct jdoc *d = facts_to_json(&in);
		struct err_text err = {0};

		jdoc_set_u64(d, text[i], 7);
		TAP_INT(facts_from_json(d, &out, &err), -EPROTO);
		TAP_HAS(err.text, text[i]);
		TAP_INT(out.disk_count, 0);
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		CLEANUP(jdoc_freep) struct jdoc *d = facts_to_json(&in);
		struct err_text err = {0};

		jdoc_set_str(d, other[i], "text");
		TAP_INT(facts_from_json(d, &out, &err), -EPROTO);
		TAP_HAS(err.text, other[i]);
	}
	{
		CLEANUP(jdoc_freep) struct jdoc *d = jdoc_object();

		TAP_INT(facts_from_json(d, &out, NULL), -EPROTO);
		TAP_INT(facts_from_json(NULL, &out, NULL), -EPROTO);
	}
}

static void test_limits(void)
{
	CLEANUP(facts_release) struct facts in = {0}, out = {0};
	CLEANUP(jdoc_freep) struct jdoc *d = NULL, *e = NULL;
	struct err_text err = {0};

	example(&in);
	for (unsigned i = 0; i < 2 * FACTS_MAX_LINES; i++)
		strv_addf(&in.disks[0].users, "user %u", i);
	d = facts_to_json(&in);
	TAP_INT(facts_from_json(d, &out, &err), 0);
	TAP_INT(out.disks[0].users.n, FACTS_MAX_LINES);
	TAP_STR(out.disks[0].users.v[FACTS_MAX_LINES - 1], "and 66 more");
	facts_release(&out);

	free(in.disks[1].users.v);
	in.disks = realloc(in.disks, 300 * sizeof(*in.disks));
	for (unsigned i = 2; i < 300; i++)
		in.disks[i] = (struct facts_disk){.path = "/dev/x", .size = i, .sector = 512};
	in.disk_count = 300;
	e = facts_to_json(&in);
	TAP_INT(facts_from_json(e, &out, &err), 0);
	TAP_INT(out.disk_count, FACTS_MAX_DISKS);
}

int main(void)
{
	TAP_RUN(test_both_ways);
	TAP_RUN(test_each_member_is_needed);
	TAP_RUN(test_limits);
	return tap_done();
}
