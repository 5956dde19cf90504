/* fuzz-menu.c - the boot menu, with titles from any disk and bytes from any line
 *
 * The input is a title, which is also the command line, then a NUL, then what
 * the terminal sends; a byte 0xff among the keys resizes it to what the next two
 * bytes say. Whatever happens, the screen has only characters that fit on it.
 */
#include "menu/draw.h"
#include "menu/glyph.h"
#include "menu/keys.h"
#include "menu/model.h"
#include "util/cleanup.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct model *m)
{
	static struct draw_screen screen;
	size_t len;

	draw_screen(m, &screen);
	if (screen.n > m->rows || (screen.cursor && screen.cursor_row >= screen.n))
		abort();
	for (unsigned i = 0; i < screen.n; i++) {
		const char *s = screen.rows[i].text;
		unsigned columns = 0;

		for (size_t at = 0; s[at];) {
			struct glyph g = glyph_at(s + at, strlen(s + at));

			if (strncmp(g.text, s + at, g.bytes) != 0)
				abort();
			columns += g.columns;
			at += g.bytes;
		}
		if (columns >= m->cols)
			abort();
	}
	free(draw_update(NULL, &screen, &len));
	if (m->list->n && m->selected >= m->list->n)
		abort();
}

static void play(struct model *m, const uint8_t *keys, size_t n)
{
	struct keys decoder = {0};
	struct key key;

	for (size_t i = 0; i < n; i++) {
		if (keys[i] == 0xff && i + 2 < n) {
			model_resize(m, keys[i + 1], keys[i + 2]);
			i += 2;
		} else if (keys_feed(&decoder, keys[i], &key)) {
			model_key(m, &key);
		} else {
			continue;
		}
		/* Drawing is what takes the time. */
		if (i < 64)
			look(m);
	}
	if (keys_expire(&decoder, &key))
		model_key(m, &key);
	look(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size && size < 8192 ? memchr(data, 0, size) : NULL;
	struct boot_list list = {0};
	struct model m;

	if (!nul)
		return 0;
	for (size_t i = 0; i < 12; i++) {
		struct boot_entry *e = boot_list_add(&list);

		if (!e)
			abort();
		e->id = strdup("id");
		e->title = strdup((const char *)data);
		e->cmdline = strdup((const char *)data);
		e->is_other = i > 6;
		e->source = strdup((const char *)data);
	}
	strv_add(&list.warnings, (const char *)data);
	model_begin(&m, &list, 3);
	model_count_from(&m, 5);
	look(&m);
	play(&m, nul + 1, size - (size_t)(nul - data) - 1);
	model_release(&m);
	boot_list_release(&list);
	return 0;
}
