/* cli.c - see cli.h */
#include "boot/cli.h"
#include "boot/direct.h"
#include "find/entry_lines.h"
#include "find/find.h"
#include "find/kernel.h"
#include "find/save.h"
#include "find/scan.h"
#include "kexec/kexec.h"
#include "kexec/leave.h"
#include "util/cleanup.h"
#include "util/jdoc.h"
#include "util/log.h"
#include "util/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void cli_release(struct cli_state *s)
{
	boot_list_release(&s->list);
	find_trees_release(&s->trees);
}

/* "DIR[,name=NAME][,uuid=UUID][,label=LABEL][,partuuid=UUID][,grub=hd0,gpt2]".
 * GRUB's names have a comma themselves: what follows one and is no key belongs
 * to the value before. */
static int cli_add_tree(struct find_trees *t, const char *spec, size_t number)
{
	static const char *const keys[] = {"name=", "uuid=", "label=", "grub=", "partuuid="};
	CLEANUP_FREE char *dir = strdup(spec);
	char name[32];
	const char *value[5] = {name, "", "", "", ""};
	char *comma = dir;
	int r;

	if (!dir)
		return -ENOMEM;
	snprintf(name, sizeof(name), number ? "tree%zu" : "root", number);
	while ((comma = strchr(comma, ','))) {
		for (size_t k = 0; k < 5; k++) {
			if (strncmp(comma + 1, keys[k], strlen(keys[k])) != 0)
				continue;
			*comma = '\0';
			value[k] = comma + 1 + strlen(keys[k]);
		}
		comma++;
	}
	r = find_trees_add(t, dir, value[0], value[1], value[2], value[3]);
	if (!r)
		text_copy(t->v[t->n - 1].partuuid, sizeof(t->v[0].partuuid), value[4]);
	return r;
}

static int cli_open_trees(const struct cli *c, struct cli_state *s)
{
	int r = 0;

	if (c->root)
		r = find_trees_add(&s->trees, c->root, "root", "", "", "");
	for (size_t i = 0; i < c->trees.n && !r; i++)
		r = cli_add_tree(&s->trees, c->trees.v[i], i + (c->root != NULL));
	if (!r && !c->root && !c->trees.n)
		r = scan_disks(&s->trees, &c->devices, &s->list.warnings);
	return r;
}

int cli_find(const struct cli *c, struct cli_state *s)
{
	const struct find_options options = {
		.platform = c->platform, .config = c->config, .env = &c->env};
	int r = cli_open_trees(c, s);

	if (!r)
		r = find_entries(&s->trees, &options, &s->list);
	for (size_t i = 0; i < s->list.warnings.n && !c->quiet; i++)
		log_warn("%s", s->list.warnings.v[i]);
	if (r < 0)
		return P2V_EXIT_FAILED;
	if (s->list.n)
		return P2V_EXIT_OK;
	if (c->quiet)
		log_error("nothing to boot was found");
	return P2V_EXIT_REFUSED;
}

static void cli_print_file(const char *key, const struct boot_file *f)
{
	CLEANUP_FREE char *name = f->path ? boot_file_text(f) : NULL;
	char text[4096];

	if (name)
		printf("%-10s %s\n", key, text_printable(name, text, sizeof(text)));
}

void cli_print_entry(const struct boot_entry *e)
{
	char text[4096];

	printf("%-10s %s\n", "id", text_printable(e->id, text, sizeof(text)));
	printf("%-10s %s\n", "title", text_printable(e->title, text, sizeof(text)));
	cli_print_file("kernel", &e->kernel);
	for (size_t i = 0; i < e->initrd_count; i++)
		cli_print_file("initrd", &e->initrds[i]);
	cli_print_file("devicetree", &e->devicetree);
	printf("%-10s %s\n", "cmdline", text_printable(e->cmdline, text, sizeof(text)));
	printf("%-10s %s\n", "default", e->is_default ? "yes" : "no");
	printf("%-10s %s\n", "source", e->source);
	if (e->reader)
		printf("%-10s %s\n", "reader", e->reader);
}

/* stdout may be a full disk or a closed pipe. */
int cli_flush(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	log_error("standard output: %m");
	return P2V_EXIT_FAILED;
}

static int cli_print_json(const struct jdoc *d)
{
	CLEANUP_FREE char *text = jdoc_print_pretty(d);

	if (!text) {
		log_error("out of memory");
		return P2V_EXIT_FAILED;
	}
	puts(text);
	return cli_flush(P2V_EXIT_OK);
}

/* Lines for programs; @text is freed. */
static int cli_print_lines(char *text)
{
	if (!text) {
		log_error("out of memory");
		return P2V_EXIT_FAILED;
	}
	fputs(text, stdout);
	free(text);
	return cli_flush(P2V_EXIT_OK);
}

static int cli_print_list(const struct cli_state *s)
{
	CLEANUP(strv_release) struct strv versions = {0};

	if (kernel_versions(&s->trees, &s->list, &versions))
		return cli_print_lines(NULL);
	return cli_print_lines(entry_lines(&s->list, &versions));
}

int cli_list(const struct cli *c)
{
	CLEANUP(cli_release) struct cli_state s = {0};
	int status = cli_find(c, &s);

	if (c->json && (status == P2V_EXIT_OK || status == P2V_EXIT_REFUSED)) {
		CLEANUP(jdoc_freep) struct jdoc *d = boot_list_to_json(&s.list);
		int printed = cli_print_json(d);

		return printed ? printed : status;
	}
	if (status)
		return status;
	if (c->tsv)
		return cli_print_list(&s);
	for (size_t i = 0; i < s.list.n; i++) {
		const struct boot_entry *e = &s.list.v[i];
		char title[512], source[512] = "";

		if (e->is_other)
			text_printable(e->source, source, sizeof(source));
		printf("%c %2zu  %s%s%s%s\n", e->is_default ? '*' : ' ', i,
		       text_printable(e->title, title, sizeof(title)), *source ? "  [" : "", source,
		       *source ? "]" : "");
	}
	return cli_flush(P2V_EXIT_OK);
}

/* The entry that the user means; a message when there is none. */
static const struct boot_entry *cli_pick(const struct boot_list *l, const char *id)
{
	const struct boot_entry *e = id ? boot_list_find(l, id) : boot_list_default(l);

	if (!e)
		log_error("there is no entry '%s'; `p2v-boot list` shows them", id ? id : "");
	return e;
}

int cli_show(const struct cli *c, const char *id)
{
	CLEANUP(cli_release) struct cli_state s = {0};
	int status = cli_find(c, &s);
	const struct boot_entry *e = status ? NULL : cli_pick(&s.list, id);
	char version[128];

	if (!e)
		return status ? status : P2V_EXIT_REFUSED;
	if (c->tsv)
		return cli_print_lines(entry_lines_one(
			&s.list, e,
			kernel_version(&s.trees, &e->kernel, version, sizeof(version))));
	cli_print_entry(e);
	return cli_flush(P2V_EXIT_OK);
}

char *cli_line(const struct cli *c, const struct boot_entry *e)
{
	const char *line = c->cmdline ? c->cmdline : e->cmdline;
	char *text;

	if (!c->append)
		return strdup(line);
	return asprintf(&text, "%s%s%s", line, *line ? " " : "", c->append) < 0 ? NULL : text;
}

void cli_save(const struct cli *c, struct cli_state *s, const struct boot_entry *e)
{
	struct err_text why = {""};

	if (save_commit(&s->trees, e, c->save_default, &why) < 0)
		log_warn("%s:%s: the boot loader's saved settings there were not changed: %s",
			 e->save.block.device ? e->save.block.device : "?",
			 e->save.block.path ? e->save.block.path : "?", why.text);
}

static int cli_load(const struct cli *c, struct cli_state *s, const struct boot_entry *e, bool jump)
{
	struct boot_entry edited = *e; /* borrows everything but the command line */
	CLEANUP_FREE char *line = cli_line(c, e);
	const struct kexec_options options = {.legacy = c->kexec_load};
	const struct kexec_files files = {find_trees_open, &s->trees};
	struct err_text why = {""};
	char title[256];
	int r;

	if (!line) {
		log_error("out of memory");
		return P2V_EXIT_FAILED;
	}
	edited.cmdline = line;
	if (c->dry_run) {
		cli_print_entry(&edited);
		/* Not a failure: the disk may be meant for another machine. */
		if (kexec_check_entry(&files, &edited, &options, &why) < 0)
			log_warn("this machine would refuse it: %s", why.text);
		return cli_flush(P2V_EXIT_OK);
	}
	if (kexec_usable(NULL, &why) < 0) {
		log_error("%s", why.text);
		return P2V_EXIT_REFUSED;
	}
	r = kexec_load_entry(&files, &edited, &options, &why);
	if (r < 0) {
		log_error("'%s' cannot be loaded: %s",
			  text_printable(e->title, title, sizeof(title)),
			  why.text[0] ? why.text : strerror(-r));
		return P2V_EXIT_REFUSED;
	}
	log_info("'%s' is loaded; command line: %s", text_printable(e->title, title, sizeof(title)),
		 edited.cmdline);
	if (!jump)
		return P2V_EXIT_OK;
	cli_save(c, s, e);
	find_trees_release(&s->trees);
	if (!leave_machine(LEAVE_KEXEC, false))
		return P2V_EXIT_OK;
	/* Or the next reboot would become what has just failed. */
	kexec_unload();
	return P2V_EXIT_FAILED;
}

int cli_kexec(const struct cli *c, const char *id, bool jump)
{
	CLEANUP(cli_release) struct cli_state s = {0};
	int status = cli_find(c, &s);
	const struct boot_entry *e = status ? NULL : cli_pick(&s.list, id);

	if (!e)
		return status ? status : P2V_EXIT_REFUSED;
	return cli_load(c, &s, e, jump);
}

int cli_direct(const struct cli *c, bool jump)
{
	CLEANUP(cli_release) struct cli_state s = {0};
	const struct direct_files files = {
		.kernel = c->kernel, .initrds = &c->initrds, .dtb = c->dtb, .cmdline = c->cmdline};
	struct boot_entry *e = boot_list_add(&s.list);

	if (!e || direct_entry(&files, &s.trees, e) < 0)
		return P2V_EXIT_REFUSED;
	return cli_load(c, &s, e, jump);
}

int cli_jump(void)
{
	return leave_machine(LEAVE_KEXEC, false) ? P2V_EXIT_FAILED : P2V_EXIT_OK;
}

int cli_unload(void)
{
	int r;

	if (!kexec_is_loaded()) {
		log_info("no kernel is loaded");
		return P2V_EXIT_OK;
	}
	r = kexec_unload();
	if (r < 0) {
		log_error("the loaded kernel cannot be dropped: %s", strerror(-r));
		return P2V_EXIT_FAILED;
	}
	log_info("the loaded kernel is dropped");
	return P2V_EXIT_OK;
}
