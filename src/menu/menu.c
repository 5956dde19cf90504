/* menu.c - see menu.h */
#include "menu/menu.h"
#include "menu/draw.h"
#include "menu/keys.h"
#include "menu/model.h"
#include "menu/plain.h"
#include "menu/term.h"
#include "menu/timer.h"
#include "util/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct menu {
	const struct menu_options *o;
	struct menu_choice *choice;
	struct term term;
	struct model model;
	struct keys keys;
	struct timer timer;
};

/* True: the menu is done. */
static bool menu_boot(struct menu *m, bool unattended)
{
	struct model *model = &m->model;

	if (!lock_start(m->o->lock)) {
		text_copy(model->message, sizeof(model->message),
			  "Another menu is starting an entry.");
		return false;
	}
	if (model->edit.text) {
		m->choice->cmdline = strdup(model->edit.text);
		if (!m->choice->cmdline) {
			lock_stop(m->o->lock);
			text_copy(model->message, sizeof(model->message), "Out of memory.");
			return false;
		}
	}
	m->choice->action = MENU_BOOT;
	m->choice->entry = model->selected;
	m->choice->unattended = unattended;
	return true;
}

static bool menu_act(struct menu *m, enum model_action action)
{
	switch (action) {
	case MODEL_NONE:
		return false;
	case MODEL_REDRAW:
		term_forget(&m->term);
		return false;
	case MODEL_BOOT:
		return menu_boot(m, false);
	case MODEL_SHELL:
		m->choice->action = MENU_SHELL;
		break;
	case MODEL_REBOOT:
		m->choice->action = MENU_REBOOT;
		break;
	case MODEL_POWEROFF:
		m->choice->action = MENU_POWEROFF;
		break;
	case MODEL_LEAVE:
		m->choice->action = MENU_LEAVE;
		break;
	}
	return true;
}

static bool menu_input(struct menu *m)
{
	uint8_t bytes[256];
	ssize_t n = read(m->term.in, bytes, sizeof(bytes));
	struct key key;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n <= 0)
		return true; /* hung up */
	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i]) {
			timer_touch(&m->timer);
			lock_use(m->o->lock, m->o->who);
			m->model.counting = false;
		}
		if (keys_feed(&m->keys, bytes[i], &key) && menu_act(m, model_key(&m->model, &key)))
			return true;
	}
	return false;
}

/* True: the countdown is over, and it is for us to start. */
static bool menu_second(struct menu *m)
{
	char who[128];

	lock_elsewhere(m->o->lock, who, sizeof(who));
	model_hold(&m->model, who);
	return model_second(&m->model) == MODEL_BOOT && menu_boot(m, true);
}

static void menu_resize(struct menu *m)
{
	unsigned rows, cols;

	term_size(&m->term, &rows, &cols);
	model_resize(&m->model, rows, cols);
	term_forget(&m->term);
}

/* Nothing came for a while. */
static bool menu_silence(struct menu *m)
{
	struct key key;

	if (keys_expire(&m->keys, &key) && menu_act(m, model_key(&m->model, &key)))
		return true;
	if (timer_idle(&m->timer))
		lock_leave(m->o->lock);
	return false;
}

static int menu_patience(const struct menu *m)
{
	int left = timer_left(&m->timer);

	if (keys_pending(&m->keys))
		return left < KEYS_WAIT_MS && m->model.counting ? left : KEYS_WAIT_MS;
	return m->model.counting || m->timer.idle ? left : -1;
}

static void menu_loop(struct menu *m)
{
	menu_resize(m);
	for (;;) {
		bool done = false;

		draw_screen(&m->model, m->term.next);
		term_show(&m->term);
		switch (term_wait(&m->term, menu_patience(m), &m->choice->signal)) {
		case TERM_INPUT:
			done = menu_input(m);
			break;
		case TERM_RESIZED:
		case TERM_RESUMED:
			menu_resize(m);
			break;
		case TERM_END:
			done = true;
			break;
		case TERM_TIMEOUT:
			done = menu_silence(m);
			break;
		}
		/* Also when somebody resizes a window all the time. */
		if (!done && timer_second(&m->timer))
			done = menu_second(m);
		if (done)
			return;
	}
}

static int menu_screen(const struct boot_list *list, const struct menu_options *o,
		       struct menu_choice *choice)
{
	struct menu m = {.o = o, .choice = choice};
	int r = term_open(&m.term, o->in, o->out, true);

	if (!r) {
		model_begin(&m.model, list, o->selected);
		m.model.failed = o->failed;
		m.model.allow_shell = o->allow_shell;
		if (o->message)
			text_copy(m.model.message, sizeof(m.model.message), o->message);
		if (o->timeout != MENU_NO_COUNTDOWN)
			model_count_from(&m.model, menu_choice_seconds(o));
		timer_start(&m.timer);
		menu_loop(&m);
		model_release(&m.model);
	}
	term_close(&m.term);
	return r;
}

int menu_run(const struct boot_list *list, const struct menu_options *o, struct menu_choice *choice)
{
	char who[128];

	*choice = (struct menu_choice){0};
	if (!o->timeout && list->n && !lock_elsewhere(o->lock, who, sizeof(who)) &&
	    lock_start(o->lock)) {
		choice->action = MENU_BOOT;
		choice->entry = o->selected < list->n ? o->selected : 0;
		choice->unattended = true;
		return 0;
	}
	if (term_capable(o->in, o->out, o->term))
		return menu_screen(list, o, choice);
	return plain_run(list, o, choice);
}
