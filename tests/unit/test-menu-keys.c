/* test-menu-keys.c - bytes from terminals as keys, and the line that they edit */
#include "menu/edit.h"
#include "menu/keys.h"
#include "tap.h"

/* The last key of @bytes; each of them must make exactly one key, the others
 * none. */
static struct key key_of(const char *bytes)
{
	struct keys k = {0};
	struct key key = {.code = KEY_UNKNOWN};
	size_t n = strlen(bytes), made = 0;

	for (size_t i = 0; i < n; i++)
		made += keys_feed(&k, (uint8_t)bytes[i], &key);
	made += keys_expire(&k, &key);
	TAP_INT(made, 1);
	TAP_OK(!keys_pending(&k));
	return key;
}

static void test_arrows(void)
{
	static const struct {
		const char *bytes;
		enum key_code code;
	} sent[] = {
		{"\033[A", KEY_UP},
		{"\033OA", KEY_UP},
		{"\033[B", KEY_DOWN},
		{"\033OB", KEY_DOWN},
		{"\033[C", KEY_RIGHT},
		{"\033[D", KEY_LEFT},
		{"\033[1;5C", KEY_WORD_RIGHT},
		{"\033[1;3D", KEY_WORD_LEFT},
		{"\033b", KEY_WORD_LEFT},
		{"\033f", KEY_WORD_RIGHT},
		{"\033[H", KEY_HOME},
		{"\033OH", KEY_HOME},
		{"\033[1~", KEY_HOME},
		{"\033[7~", KEY_HOME},
		{"\033[F", KEY_END},
		{"\033OF", KEY_END},
		{"\033[4~", KEY_END},
		{"\033[8~", KEY_END},
		{"\033[5~", KEY_PAGE_UP},
		{"\033[6~", KEY_PAGE_DOWN},
		{"\033[3~", KEY_DELETE},
		{"\033OM", KEY_ENTER},
	};

	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++)
		TAP_INT(key_of(sent[i].bytes).code, sent[i].code);
}

static void test_keys_without_a_meaning_stay_whole(void)
{
	/* Function keys, a mouse, a paste: none leaves letters behind. */
	TAP_INT(key_of("\033[[A").code, KEY_UNKNOWN);
	TAP_INT(key_of("\033[15~").code, KEY_UNKNOWN);
	TAP_INT(key_of("\033[200~").code, KEY_UNKNOWN);
	TAP_INT(key_of("\033[<0;10;20M").code, KEY_UNKNOWN);
	TAP_INT(key_of("\033[?1;2c").code, KEY_UNKNOWN);
	TAP_INT(key_of("\033[1111111111111111111111111111111111111111111111~").code, KEY_UNKNOWN);
	TAP_INT(key_of("\033[99999999999999999999A").code, KEY_UP);
	TAP_INT(key_of("\033x").code, KEY_UNKNOWN);
	TAP_INT(key_of("\003").code, KEY_UNKNOWN);
}

static void test_escape_alone(void)
{
	struct keys k = {0};
	struct key key;

	TAP_INT(key_of("\033").code, KEY_ESCAPE);
	TAP_OK(!keys_feed(&k, 0x1b, &key));
	TAP_OK(keys_pending(&k));
	/* A second one: the first was a key. */
	TAP_OK(keys_feed(&k, 0x1b, &key));
	TAP_INT(key.code, KEY_ESCAPE);
	TAP_OK(keys_pending(&k));
	TAP_OK(!keys_feed(&k, '[', &key));
	TAP_OK(keys_feed(&k, 'A', &key));
	TAP_INT(key.code, KEY_UP);
	TAP_OK(!keys_expire(&k, &key));
	/* A sequence that breaks off is no ESC. */
	keys_feed(&k, 0x1b, &key);
	keys_feed(&k, '[', &key);
	TAP_OK(keys_expire(&k, &key));
	TAP_INT(key.code, KEY_UNKNOWN);
}

static void test_text(void)
{
	TAP_STR(key_of("e").text, "e");
	TAP_STR(key_of("?").text, "?");
	TAP_INT(key_of("\xc3\xa4").code, KEY_TEXT);
	TAP_STR(key_of("\xc3\xa4").text, "\xc3\xa4");
	TAP_STR(key_of("\xf0\x9f\x98\x80").text, "\xf0\x9f\x98\x80");
	TAP_INT(key_of("\xff").code, KEY_UNKNOWN);
	TAP_INT(key_of("\x80").code, KEY_UNKNOWN);
	TAP_INT(key_of("\xc2\x9b").code, KEY_UNKNOWN); /* a control character */
	TAP_INT(key_of("\xe2\x80").code, KEY_UNKNOWN); /* cut off */
	TAP_STR(key_of("\xe2\x80"
		       "e")
			.text,
		"e");
}

static void test_enter_and_a_silent_line(void)
{
	struct keys k = {0};
	struct key key;

	TAP_OK(keys_feed(&k, '\r', &key) && key.code == KEY_ENTER);
	TAP_OK(!keys_feed(&k, '\n', &key)); /* CR LF is one key */
	TAP_OK(keys_feed(&k, '\n', &key) && key.code == KEY_ENTER);
	TAP_OK(keys_feed(&k, '\r', &key));
	TAP_OK(!keys_feed(&k, 0, &key)); /* CR NUL, too; and a break */
	TAP_OK(!keys_feed(&k, 0, &key));
	TAP_OK(!keys_pending(&k));
}

static void edit_type(struct edit *e, const char *bytes)
{
	struct keys k = {0};
	struct key key;

	for (; *bytes; bytes++)
		if (keys_feed(&k, (uint8_t)*bytes, &key))
			edit_key(e, &key);
}

static void test_edit(void)
{
	struct edit e = {0};

	TAP_INT(edit_begin(&e, "root=/dev/vda1 ro quiet"), 0);
	edit_type(&e, "\x7f\x7f\x7f\x7f\x7fverbose");
	TAP_STR(e.text, "root=/dev/vda1 ro verbose");
	edit_type(&e, "\x01X\x05Y");
	TAP_STR(e.text, "Xroot=/dev/vda1 ro verboseY");
	edit_type(&e, "\x17single");
	TAP_STR(e.text, "Xroot=/dev/vda1 ro single");
	edit_type(&e, "\033[H\033[3~\033f\x0b");
	TAP_STR(e.text, "root=/dev/vda1");
	edit_type(&e, "\033[D\x15");
	TAP_STR(e.text, "1");
	edit_type(&e, "\x05\x7f\x7f\x7f\033[D\033[3~");
	TAP_STR(e.text, "");
	edit_release(&e);
}

static void test_edit_moves_by_characters(void)
{
	struct edit e = {0};

	/* a umlaut, a byte that is none, a wide one */
	TAP_INT(edit_begin(&e, "a\xc3\xa4\xff\xe4\xb8\xad"), 0);
	edit_type(&e, "\x7f");
	TAP_STR(e.text, "a\xc3\xa4\xff");
	edit_type(&e, "\033[D\033[D\x7f");
	TAP_STR(e.text, "\xc3\xa4\xff");
	edit_type(&e, "\033[C\033[3~");
	TAP_STR(e.text, "\xc3\xa4");
	edit_type(&e, "\xc3\xb6");
	TAP_STR(e.text, "\xc3\xa4\xc3\xb6");
	edit_release(&e);
}

static void test_edit_is_bounded(void)
{
	struct edit e = {0};
	char *full = malloc(EDIT_MAX + 2);
	struct key key = {.code = KEY_TEXT, .text = "x"};

	memset(full, 'a', EDIT_MAX + 1);
	full[EDIT_MAX + 1] = '\0';
	TAP_OK(edit_begin(&e, full) < 0);
	TAP_OK(!e.text);
	full[EDIT_MAX] = '\0';
	TAP_INT(edit_begin(&e, full), 0);
	TAP_OK(!edit_key(&e, &key));
	TAP_INT(e.len, EDIT_MAX);
	edit_type(&e, "\x7f");
	TAP_OK(edit_key(&e, &key));
	free(full);
	edit_release(&e);
}

int main(void)
{
	TAP_RUN(test_arrows);
	TAP_RUN(test_keys_without_a_meaning_stay_whole);
	TAP_RUN(test_escape_alone);
	TAP_RUN(test_text);
	TAP_RUN(test_enter_and_a_silent_line);
	TAP_RUN(test_edit);
	TAP_RUN(test_edit_moves_by_characters);
	TAP_RUN(test_edit_is_bounded);
	return tap_done();
}
