/* cli_menu.c - the menu: from what the disks offer to what somebody chose
 *
 * While the menu waits, no file system is mounted: it may wait for days, and a
 * disk that is in use could not be migrated meanwhile. So an entry that was
 * chosen is looked for once more before it is loaded.
 */
#include "boot/cli_menu.h"
#include "kexec/kexec.h"
#include "kexec/leave.h"
#include "menu/menu.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* A configuration's own time-out is for somebody at the machine's keyboard, and
 * often 0; over ssh and on a serial line an operator needs a moment. */
#define CLI_MENU_LEAST 5u

/* After the default could not be started: time to read why, and to stop the
 * next attempt. */
#define CLI_MENU_RETRY 10

struct cli_menu {
	const struct cli *cli;
	struct cli_state found; /* its trees are closed */
	struct lock lock;
	int home; /* the mount table before the disks were looked at; -1: always in it */
	bool *failed;
	long timeout;
	size_t selected;
	char message[512];
	char who[64];
	int status; /* of the last attempt */
};

/* The last error is also shown in the menu, whose screen takes the place of what
 * was written before. */
static void cli_menu_sink(void *ctx, enum log_level level, const char *text)
{
	struct cli_menu *m = ctx;

	if (level == LOG_LEVEL_ERROR)
		text_copy(m->message, sizeof(m->message), text);
	dprintf(STDERR_FILENO, "p2v-boot: %s%s%s\n",
		level == LOG_LEVEL_INFO ? "" : log_level_name(level),
		level == LOG_LEVEL_INFO ? "" : ": ", text);
}

/* Looking at disks puts us into a mount table of our own, where they stay
 * mounted; it goes away when nobody is in it. */
static void cli_menu_go_home(const struct cli_menu *m)
{
	if (m->home >= 0 && setns(m->home, CLONE_NEWNS) < 0)
		log_warn("cannot leave the private mount table: %m");
}

static void cli_menu_open(struct cli_menu *m, const struct cli *c)
{
	const char *path = getenv("P2V_MENU_LOCK");
	const char *tty = isatty(STDIN_FILENO) ? ttyname(STDIN_FILENO) : NULL;
	const char *ssh = getenv("SSH_CONNECTION");

	*m = (struct cli_menu){.cli = c, .home = -1};
	if (!c->root && !c->trees.n)
		m->home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	lock_open(&m->lock, path ? path : "/run/p2v-boot.menu");
	if (tty && !strncmp(tty, "/dev/", 5))
		tty += 5;
	snprintf(m->who, sizeof(m->who), "%s%s%.*s", tty ? tty : "a pipe", ssh ? " from " : "",
		 ssh ? (int)strcspn(ssh, " ") : 0, ssh ? ssh : "");
	log_set_sink(cli_menu_sink, m);
}

static void cli_menu_close(struct cli_menu *m)
{
	log_set_sink(NULL, NULL);
	lock_close(&m->lock);
	if (m->home >= 0)
		close(m->home);
	cli_release(&m->found);
	free(m->failed);
}

/* --append and --cmdline are for every entry, and what is edited. */
static int cli_menu_lines(const struct cli *c, struct boot_list *l)
{
	for (size_t i = 0; i < l->n && (c->append || c->cmdline); i++) {
		char *line = cli_line(c, &l->v[i]);

		if (!line) {
			log_error("out of memory");
			return P2V_EXIT_FAILED;
		}
		free(l->v[i].cmdline);
		l->v[i].cmdline = line;
	}
	return P2V_EXIT_OK;
}

static long cli_menu_timeout(const struct cli *c, const struct boot_list *l)
{
	if (c->has_timeout)
		return c->timeout;
	if (!l->has_timeout)
		return MENU_NO_COUNTDOWN;
	return l->timeout > CLI_MENU_LEAST ? l->timeout : CLI_MENU_LEAST;
}

/* Begins anew: what there is to choose from. An empty list has a menu, too: a
 * shell or a reboot may be what is needed. */
static int cli_menu_look(struct cli_menu *m)
{
	struct boot_list *l = &m->found.list;
	const struct boot_entry *e;
	int status;

	cli_release(&m->found);
	free(STEAL(m->failed));
	status = cli_find(m->cli, &m->found);
	find_trees_release(&m->found.trees);
	cli_menu_go_home(m);
	if (status == P2V_EXIT_FAILED || cli_menu_lines(m->cli, l) != P2V_EXIT_OK)
		return P2V_EXIT_FAILED;
	m->failed = calloc(l->n + 1, sizeof(*m->failed));
	if (!m->failed) {
		log_error("out of memory");
		return P2V_EXIT_FAILED;
	}
	e = boot_list_default(l);
	m->selected = e ? (size_t)(e - l->v) : 0;
	return P2V_EXIT_OK;
}

static bool cli_menu_equal(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* The same entry, on disks that have been looked at again. */
static struct boot_entry *cli_menu_find(struct boot_list *l, const struct boot_entry *wanted)
{
	for (size_t i = 0; i < l->n; i++) {
		struct boot_entry *e = &l->v[i];

		if (cli_menu_equal(e->id, wanted->id) && cli_menu_equal(e->title, wanted->title) &&
		    cli_menu_equal(e->source, wanted->source) &&
		    cli_menu_equal(e->kernel.device, wanted->kernel.device) &&
		    cli_menu_equal(e->kernel.path, wanted->kernel.path))
			return e;
	}
	return NULL;
}

/* Loads @e and arranges the jump; P2V_EXIT_OK: it is under way, and the menu ends.
 * What nobody chose does not become the default. */
static int cli_menu_jump(struct cli_menu *m, struct cli_state *s, const struct boot_entry *e,
			 bool unattended)
{
	const struct kexec_options options = {.legacy = m->cli->kexec_load};
	const struct kexec_files files = {find_trees_open, &s->trees};
	struct cli saving = *m->cli;
	struct err_text why = {""};
	char title[200];
	int r = kexec_usable(NULL, &why);

	text_printable(e->title ? e->title : "", title, sizeof(title));
	log_info("starting '%s'", title);
	if (!r)
		r = kexec_load_entry(&files, e, &options, &why);
	if (r < 0) {
		log_error("'%s' cannot be started: %s", title,
			  why.text[0] ? why.text : strerror(-r));
		return P2V_EXIT_REFUSED;
	}
	saving.save_default &= !unattended;
	cli_save(&saving, s, e);
	find_trees_release(&s->trees);
	cli_menu_go_home(m);
	if (!leave_machine(LEAVE_KEXEC, false))
		return P2V_EXIT_OK;
	kexec_unload();
	return P2V_EXIT_FAILED;
}

static int cli_menu_boot(struct cli_menu *m, const struct menu_choice *choice)
{
	CLEANUP(cli_release) struct cli_state s = {0};
	const struct boot_entry *wanted = &m->found.list.v[choice->entry];
	struct cli quiet = *m->cli;
	struct boot_entry *e, edited;
	int status;

	quiet.quiet = true;
	cli_find(&quiet, &s);
	e = cli_menu_find(&s.list, wanted);
	if (!e) {
		log_error("the entry no longer exists: its disk has changed or is gone");
		status = P2V_EXIT_REFUSED;
	} else {
		edited = *e; /* borrows everything but the command line */
		edited.cmdline = choice->cmdline ? choice->cmdline : wanted->cmdline;
		if (m->cli->dry_run) {
			cli_print_entry(&edited);
			return cli_flush(P2V_EXIT_OK);
		}
		status = cli_menu_jump(m, &s, &edited, choice->unattended);
	}
	find_trees_release(&s.trees);
	cli_menu_go_home(m);
	return status;
}

/* The next one to try, after @i could not be started; the number of entries when
 * none is left. */
static size_t cli_menu_next(const struct cli_menu *m, size_t i)
{
	size_t n = m->found.list.n;

	for (size_t k = 1; k < n; k++)
		if (!m->failed[(i + k) % n])
			return (i + k) % n;
	return n;
}

/* What could not be started is not tried again by itself. Without an operator
 * the next entry has its turn, and so on; when none is left the menu waits. */
static void cli_menu_fall_back(struct cli_menu *m, const struct menu_choice *choice)
{
	size_t next;

	m->failed[choice->entry] = true;
	next = cli_menu_next(m, choice->entry);
	m->timeout =
		choice->unattended && next < m->found.list.n ? CLI_MENU_RETRY : MENU_NO_COUNTDOWN;
	m->selected = next < m->found.list.n ? next : choice->entry;
}

/* On this terminal, which it has for itself. */
static void cli_menu_shell_child(const struct cli_menu *m)
{
	cli_menu_go_home(m);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGTSTP, SIG_DFL);
	execl("/bin/sh", "sh", "-l", (char *)NULL);
	log_error("/bin/sh: %m");
	_exit(127);
}

static int cli_menu_shell(struct cli_menu *m)
{
	static const int ours[] = {SIGINT, SIGQUIT, SIGTSTP};
	struct sigaction ignore = {.sa_handler = SIG_IGN}, old[3];
	pid_t pid;
	int status;

	log_info("a shell; `exit` returns to the menu");
	for (size_t i = 0; i < 3; i++)
		sigaction(ours[i], &ignore, &old[i]);
	pid = fork();
	if (pid == 0)
		cli_menu_shell_child(m);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		log_error("no shell could be started: %m");
	for (size_t i = 0; i < 3; i++)
		sigaction(ours[i], &old[i], NULL);
	m->timeout = MENU_NO_COUNTDOWN;
	/* It may have changed everything. */
	return cli_menu_look(m);
}

static int cli_menu_power(struct cli_menu *m, enum leave_mode mode)
{
	if (m->cli->dry_run) {
		log_info("would %s", leave_mode_name(mode));
		return P2V_EXIT_OK;
	}
	m->timeout = MENU_NO_COUNTDOWN;
	if (leave_machine(mode, false))
		return -1;
	lock_started(&m->lock);
	return P2V_EXIT_OK;
}

/* -1: back to the menu; else the exit status. */
static int cli_menu_act(struct cli_menu *m, const struct menu_choice *choice)
{
	switch (choice->action) {
	case MENU_LEAVE:
		return choice->signal ? 128 + choice->signal : m->status;
	case MENU_SHELL:
		return cli_menu_shell(m) == P2V_EXIT_OK ? -1 : P2V_EXIT_FAILED;
	case MENU_REBOOT:
		return cli_menu_power(m, LEAVE_REBOOT);
	case MENU_POWEROFF:
		return cli_menu_power(m, LEAVE_POWEROFF);
	case MENU_BOOT:
		break;
	}
	m->status = cli_menu_boot(m, choice);
	if (m->status == P2V_EXIT_OK) {
		if (!m->cli->dry_run)
			lock_started(&m->lock);
		return P2V_EXIT_OK;
	}
	lock_stop(&m->lock);
	cli_menu_fall_back(m, choice);
	return -1;
}

static int cli_menu_once(struct cli_menu *m)
{
	CLEANUP(menu_choice_release) struct menu_choice choice = {0};
	const struct menu_options o = {
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.term = getenv("TERM"),
		.timeout = m->timeout,
		.allow_shell = m->cli->allow_shell,
		.selected = m->selected,
		.failed = m->failed,
		.message = m->message[0] ? m->message : NULL,
		.lock = &m->lock,
		.who = m->who,
	};
	int r = menu_run(&m->found.list, &o, &choice);

	if (r < 0) {
		log_error("the menu cannot be shown: %s", strerror(-r));
		return P2V_EXIT_FAILED;
	}
	m->message[0] = '\0';
	return cli_menu_act(m, &choice);
}

int cli_menu(const struct cli *c)
{
	struct cli_menu m;
	int status;

	cli_menu_open(&m, c);
	status = cli_menu_look(&m);
	if (status == P2V_EXIT_OK) {
		struct err_text why = {""};

		m.timeout = cli_menu_timeout(c, &m.found.list);
		/* Said before anybody has chosen for nothing. */
		if (!m.message[0] && !c->dry_run && kexec_usable(NULL, &why) < 0)
			text_copy(m.message, sizeof(m.message), why.text);
		do
			status = cli_menu_once(&m);
		while (status < 0);
	}
	cli_menu_close(&m);
	return status;
}

bool cli_menu_is_login(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');
	const char *name = slash ? slash + 1 : argv0;

	return argv0[0] == '-' || !strcmp(name, "p2v-menu");
}

int cli_menu_login(int argc, char **argv)
{
	const struct cli c = {.allow_shell = true};

	/* What sshd gives to a login shell; nothing but the menu is to be had. */
	if (argc == 1 || (argc == 3 && !strcmp(argv[1], "-c") && !strcmp(argv[2], "menu")))
		return cli_menu(&c);
	log_error("this login shell is a boot menu, and runs no commands");
	return P2V_EXIT_USAGE;
}
