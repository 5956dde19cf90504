/* test-menu.c - the boot menu without a terminal: keys in, rows of text out */
#include "menu-list.h"
#include "menu/draw.h"
#include "menu/glyph.h"
#include "menu/model.h"
#include "tap.h"

static struct draw_screen screen;

static enum model_action press(struct model *m, enum key_code code)
{
	const struct key key = {.code = code};

	return model_key(m, &key);
}

/* Each byte is a key; the action of the last one. */
static enum model_action type(struct model *m, const char *text)
{
	enum model_action action = MODEL_NONE;

	for (; *text; text++) {
		struct key key = {.code = KEY_TEXT};

		key.text[0] = *text;
		action = model_key(m, &key);
	}
	return action;
}

static bool shows(const struct model *m, const char *text)
{
	draw_screen(m, &screen);
	for (unsigned i = 0; i < screen.n; i++)
		if (strstr(screen.rows[i].text, text))
			return true;
	return false;
}

/* Whatever the model holds: as many rows as there are, none too wide, nothing
 * that a terminal acts upon. */
static bool sound(const struct model *m)
{
	draw_screen(m, &screen);
	if (screen.n > m->rows || (screen.cursor && screen.cursor_row >= screen.n))
		return false;
	for (unsigned i = 0; i < screen.n; i++) {
		const char *s = screen.rows[i].text;
		unsigned columns = 0;

		for (size_t at = 0, len = strlen(s); at < len;) {
			struct glyph g = glyph_at(s + at, len - at);

			if (strncmp(g.text, s + at, g.bytes) != 0)
				return false;
			columns += g.columns;
			at += g.bytes;
		}
		if (columns > m->cols)
			return false;
	}
	return true;
}

static void test_countdown(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_fill(&l, 3);
	model_begin(&m, &l, 1);
	TAP_INT(model_second(&m), MODEL_NONE); /* there is none */
	model_count_from(&m, 3);
	TAP_OK(shows(&m, "'Entry 1' starts in 3 seconds"));
	TAP_INT(model_second(&m), MODEL_NONE);
	TAP_INT(model_second(&m), MODEL_NONE);
	TAP_OK(shows(&m, "starts in 1 second;"));
	TAP_INT(model_second(&m), MODEL_BOOT);
	TAP_INT(m.selected, 1);
	model_release(&m);
	boot_list_release(&l);
}

static void test_any_key_stops_it(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_fill(&l, 3);
	for (enum key_code code = KEY_UNKNOWN; code <= KEY_REDRAW; code++) {
		model_begin(&m, &l, 1);
		model_count_from(&m, 1);
		press(&m, code);
		TAP_INT(model_second(&m), MODEL_NONE);
		TAP_OK(!shows(&m, "starts in"));
		model_release(&m);
	}
	boot_list_release(&l);
}

static void test_countdown_waits_for_others(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_fill(&l, 3);
	model_begin(&m, &l, 1);
	model_count_from(&m, 2);
	model_second(&m);
	model_hold(&m, "pts/7");
	for (int i = 0; i < 100; i++)
		TAP_INT(model_second(&m), MODEL_NONE);
	TAP_OK(shows(&m, "in use on pts/7"));
	model_hold(&m, "");
	TAP_OK(shows(&m, "starts in 2 seconds")); /* anew */
	TAP_INT(model_second(&m), MODEL_NONE);
	TAP_INT(model_second(&m), MODEL_BOOT);
	model_release(&m);
	boot_list_release(&l);
}

static void test_move(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_fill(&l, 50);
	model_begin(&m, &l, 1);
	press(&m, KEY_UP);
	press(&m, KEY_UP);
	TAP_INT(m.selected, 0);
	type(&m, "jjjk");
	TAP_INT(m.selected, 2);
	press(&m, KEY_END);
	press(&m, KEY_DOWN);
	TAP_INT(m.selected, 49);
	TAP_OK(shows(&m, ">   49  Entry 49"));
	TAP_OK(!shows(&m, "Entry 0"));
	press(&m, KEY_PAGE_UP);
	TAP_OK(m.selected < 49 && m.selected > 20);
	type(&m, "g");
	TAP_INT(m.selected, 0);
	TAP_OK(shows(&m, " *   1  Entry 1"));
	TAP_OK(shows(&m, "Boot entries: 50, "));
	TAP_INT(press(&m, KEY_ENTER), MODEL_BOOT);
	TAP_OK(!m.edit.text);
	model_release(&m);
	boot_list_release(&l);
}

static void test_numbers(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_fill(&l, 50);
	model_begin(&m, &l, 1);
	type(&m, "4");
	TAP_INT(m.selected, 4);
	type(&m, "2");
	TAP_INT(m.selected, 42);
	type(&m, "7"); /* there is no 427 */
	TAP_INT(m.selected, 7);
	type(&m, "j1");
	TAP_INT(m.selected, 1);
	type(&m, "0");
	TAP_INT(m.selected, 10);
	TAP_OK(shows(&m, ">   10  Entry 10"));
	model_release(&m);
	boot_list_release(&l);
}

static void test_as_many_as_there_can_be(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_fill(&l, 4096);
	model_begin(&m, &l, 4095);
	model_resize(&m, 24, 80);
	TAP_OK(shows(&m, "4095  Entry 4095"));
	for (int i = 0; i < 4096; i++) {
		press(&m, KEY_UP);
		TAP_OK(m.selected >= m.top && m.selected < m.top + model_layout(&m).page);
	}
	TAP_INT(m.selected, 0);
	TAP_INT(m.top, 0);
	type(&m, "2048");
	TAP_INT(m.selected, 2048);
	TAP_OK(shows(&m, "2048  Entry 2048"));
	model_release(&m);
	boot_list_release(&l);
}

static void test_resize(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_fill(&l, 50);
	model_begin(&m, &l, 25);
	for (unsigned rows = 0; rows < 60; rows += 3)
		for (unsigned cols = 0; cols < 300; cols += 41) {
			char want[32];

			model_resize(&m, rows, cols);
			TAP_OK(sound(&m));
			snprintf(want, sizeof(want), ">   25");
			TAP_OK(cols < 10 || shows(&m, want));
		}
	model_resize(&m, 100000, 100000);
	TAP_OK(sound(&m));
	TAP_OK(shows(&m, "Entry 49"));
	model_release(&m);
	boot_list_release(&l);
}

static void test_edit_once(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_fill(&l, 3);
	model_begin(&m, &l, 2);
	type(&m, "e x");
	TAP_OK(shows(&m, "ro quiet x"));
	TAP_OK(screen.cursor && screen.cursor_col == 10);
	press(&m, KEY_ESCAPE);
	TAP_INT(m.view, MODEL_LIST);
	TAP_INT(m.selected, 2);
	type(&m, "e q"); /* what was typed before is gone; q is a letter */
	TAP_INT(press(&m, KEY_ENTER), MODEL_BOOT);
	TAP_STR(m.edit.text, "ro quiet q");
	TAP_STR(l.v[2].cmdline, "ro quiet");
	model_release(&m);
	boot_list_release(&l);
}

static void test_edit_a_long_line(void)
{
	struct boot_list l = {0};
	struct model m;
	char *line = malloc(60001);

	for (size_t i = 0; i < 60000; i++)
		line[i] = (char)('a' + i % 26);
	line[60000] = '\0';
	menu_list_add(&l, "id", "title", line);
	model_begin(&m, &l, 0);
	model_resize(&m, 24, 80);
	type(&m, "eEND");
	TAP_OK(shows(&m, "END"));
	TAP_OK(sound(&m) && screen.cursor);
	press(&m, KEY_HOME);
	TAP_OK(shows(&m, "abcdefghijklmnop"));
	TAP_OK(screen.cursor && screen.cursor_col == 0);
	press(&m, KEY_DOWN);
	TAP_INT(m.edit.cursor, 79);
	press(&m, KEY_RIGHT);
	press(&m, KEY_UP);
	TAP_INT(m.edit.cursor, 1);
	for (int i = 0; i < 100; i++) {
		press(&m, KEY_DOWN);
		TAP_OK(sound(&m) && screen.cursor && screen.cursor_col == 1);
	}
	TAP_INT(m.edit.cursor, 7901);
	model_resize(&m, 3, 10);
	TAP_OK(sound(&m) && screen.cursor);
	free(line);
	model_release(&m);
	boot_list_release(&l);
}

static void test_details_and_warnings(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_fill(&l, 3);
	boot_entry_add_initrd(&l.v[1], "vda1", "/boot/initrd.img");
	model_begin(&m, &l, 1);
	type(&m, "d");
	TAP_OK(shows(&m, "initrd      vda1:/boot/initrd.img"));
	TAP_OK(shows(&m, "source      vda1:/boot/grub/grub.cfg"));
	press(&m, KEY_ESCAPE);
	TAP_OK(shows(&m, ">*    1  Entry 1") || shows(&m, ">*   1  Entry 1"));
	TAP_INT(type(&m, "w"), MODEL_NONE);
	TAP_OK(shows(&m, "There are no warnings"));
	for (int i = 0; i < 100; i++)
		strv_addf(&l.warnings, "vda1:/boot/grub/grub.cfg:%d: what is \033[2J this?", i);
	type(&m, "w");
	TAP_OK(shows(&m, "grub.cfg:0: what is ?[2J this?"));
	press(&m, KEY_END);
	TAP_OK(shows(&m, "grub.cfg:99: what"));
	press(&m, KEY_PAGE_UP);
	TAP_OK(!shows(&m, "grub.cfg:99: what"));
	model_resize(&m, 10, 30);
	TAP_OK(sound(&m));
	TAP_INT(type(&m, "q"), MODEL_NONE);
	TAP_INT(type(&m, "q"), MODEL_LEAVE);
	model_release(&m);
	boot_list_release(&l);
}

static void test_power_is_asked_for_twice(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_fill(&l, 3);
	model_begin(&m, &l, 1);
	TAP_INT(type(&m, "r"), MODEL_NONE);
	TAP_OK(shows(&m, "Reboot this machine?"));
	TAP_INT(type(&m, "n"), MODEL_NONE);
	TAP_INT(type(&m, "y"), MODEL_NONE);
	TAP_INT(type(&m, "ry"), MODEL_REBOOT);
	TAP_INT(type(&m, "p"), MODEL_NONE);
	TAP_INT(press(&m, KEY_ENTER), MODEL_NONE);
	TAP_INT(type(&m, "py"), MODEL_POWEROFF);
	model_release(&m);
	boot_list_release(&l);
}

static void test_shell_only_where_allowed(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_fill(&l, 1);
	model_begin(&m, &l, 0);
	TAP_OK(!shows(&m, "s shell"));
	TAP_INT(type(&m, "s"), MODEL_NONE);
	TAP_INT(type(&m, "!"), MODEL_NONE);
	m.allow_shell = true;
	TAP_OK(shows(&m, "s shell"));
	TAP_INT(type(&m, "s"), MODEL_SHELL);
	TAP_INT(type(&m, "!"), MODEL_SHELL);
	model_release(&m);
	boot_list_release(&l);
}

static void test_nothing_to_boot(void)
{
	struct boot_list l = {0};
	struct model m;

	model_begin(&m, &l, 0);
	model_count_from(&m, 1);
	TAP_INT(model_second(&m), MODEL_NONE);
	TAP_OK(shows(&m, "Nothing to boot was found"));
	TAP_INT(press(&m, KEY_ENTER), MODEL_NONE);
	TAP_INT(press(&m, KEY_PAGE_DOWN), MODEL_NONE);
	TAP_INT(type(&m, "0edw"), MODEL_NONE);
	TAP_OK(sound(&m));
	TAP_INT(type(&m, "ry"), MODEL_REBOOT);
	model_release(&m);
	boot_list_release(&l);
}

static void test_why_the_menu_is_back(void)
{
	struct boot_list l = {0};
	struct model m;
	bool failed[3] = {false, true, false};

	menu_list_fill(&l, 3);
	model_begin(&m, &l, 2);
	m.failed = failed;
	memset(m.message, 'm', sizeof(m.message) - 1);
	memcpy(m.message, "no such file", 12);
	model_count_from(&m, 10);
	TAP_OK(shows(&m, "no such file"));
	TAP_OK(shows(&m, " *!  1  Entry 1"));
	TAP_OK(sound(&m));
	press(&m, KEY_UP);
	TAP_OK(shows(&m, "no such file")); /* to be read in peace */
	model_release(&m);
	boot_list_release(&l);
}

static void test_hostile_titles(void)
{
	static const char *const titles[] = {
		"\033]0;owned\007\033[2J\033c",
		"\xc2\x9b"
		"2J",
		"a\r\nb\tc\b\x7f",
		"\xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80",
		"\xe2\x80\xae"
		"desrever\xe2\x81\xa9\xef\xbb\xbf",
		"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
		"\xe4\xb8\xad\xe6\x96\x87\xf0\x9f\x98\x80",
		"",
	};
	struct boot_list l = {0};
	struct model m;

	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		char long_title[4000] = "";

		menu_list_add(&l, titles[i], titles[i], titles[i]);
		while (strlen(titles[i]) && strlen(long_title) < 3900)
			strcat(long_title, titles[i]);
		menu_list_add(&l, "long", long_title, long_title);
	}
	model_begin(&m, &l, 0);
	for (size_t i = 0; i < l.n; i++) {
		m.selected = i;
		for (unsigned cols = 1; cols < 260; cols += 61) {
			model_resize(&m, 24, cols);
			TAP_OK(sound(&m));
			type(&m, "e");
			TAP_OK(sound(&m));
			press(&m, KEY_ESCAPE);
			type(&m, "d");
			TAP_OK(sound(&m));
			press(&m, KEY_ESCAPE);
			model_count_from(&m, 5);
			TAP_OK(sound(&m));
		}
	}
	m.selected = 0;
	model_resize(&m, 24, 80);
	TAP_OK(shows(&m, "?]0;owned??[2J?c"));
	TAP_OK(shows(&m, "\xe4\xb8\xad\xe6\x96\x87\xf0\x9f\x98\x80"));
	model_release(&m);
	boot_list_release(&l);
}

static void test_a_long_submenu_keeps_its_end(void)
{
	struct boot_list l = {0};
	struct model m;

	menu_list_add(&l, "id",
		      "Advanced options for Debian GNU/Linux>Debian GNU/Linux, "
		      "with Linux 6.1.0-56-amd64 (recovery mode)",
		      "");
	model_begin(&m, &l, 0);
	model_resize(&m, 24, 80);
	TAP_OK(shows(&m, "..>Debian GNU/Linux, with Linux 6.1.0-56-amd64 (recovery mode)"));
	model_resize(&m, 24, 132);
	TAP_OK(shows(&m, "  Advanced options for Debian"));
	model_release(&m);
	boot_list_release(&l);
}

static void test_only_what_differs_is_sent(void)
{
	static struct draw_screen a, b;
	struct boot_list l = {0};
	struct model m;
	char *text;
	size_t len;

	menu_list_fill(&l, 20);
	model_begin(&m, &l, 1);
	draw_screen(&m, &a);
	text = draw_update(NULL, &a, &len);
	TAP_OK(len > 400);
	free(text);
	text = draw_update(&a, &a, &len);
	TAP_INT(len, 0);
	free(text);
	press(&m, KEY_DOWN);
	draw_screen(&m, &b);
	text = draw_update(&a, &b, &len);
	TAP_HAS(text, "\033[4;1H *   1  Entry 1\033[K");
	TAP_HAS(text, "\033[5;1H\033[7m>    2  Entry 2\033[0m\033[K");
	TAP_OK(len < 100);
	free(text);
	model_release(&m);
	boot_list_release(&l);
}

int main(void)
{
	TAP_RUN(test_countdown);
	TAP_RUN(test_any_key_stops_it);
	TAP_RUN(test_countdown_waits_for_others);
	TAP_RUN(test_move);
	TAP_RUN(test_numbers);
	TAP_RUN(test_as_many_as_there_can_be);
	TAP_RUN(test_resize);
	TAP_RUN(test_edit_once);
	TAP_RUN(test_edit_a_long_line);
	TAP_RUN(test_details_and_warnings);
	TAP_RUN(test_power_is_asked_for_twice);
	TAP_RUN(test_shell_only_where_allowed);
	TAP_RUN(test_nothing_to_boot);
	TAP_RUN(test_why_the_menu_is_back);
	TAP_RUN(test_hostile_titles);
	TAP_RUN(test_a_long_submenu_keeps_its_end);
	TAP_RUN(test_only_what_differs_is_sent);
	return tap_done();
}
