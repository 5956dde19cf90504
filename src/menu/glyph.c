/* glyph.c - see glyph.h
 *
 * The widths are of Unicode's East Asian Width (UAX 11), by blocks: the C
 * library's wcwidth() knows none of them in the C locale of an initramfs.
 */
#include "menu/glyph.h"

#include <stdbool.h>
#include <string.h>

struct glyph_range {
	uint32_t first, last;
};

/* Marks that are drawn over the character before them. */
static const struct glyph_range glyph_marks[] = {
	{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f}, {0x0e31, 0x0e31},
	{0x0e34, 0x0e3a}, {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff},
	{0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
};

static const struct glyph_range glyph_wide[] = {
	{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
	{0x4e00, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
	{0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
	{0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

/* Controls, invisible characters, and those that turn the text's direction. */
static const struct glyph_range glyph_unfit[] = {
	{0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x061c, 0x061c},
	{0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
	{0xd800, 0xdfff}, {0xfeff, 0xfeff}, {0xfff0, 0xfffc}, {0xe0000, 0xe0fff},
};

#define GLYPH_IN(table, c) glyph_in(table, sizeof(table) / sizeof((table)[0]), c)

static bool glyph_in(const struct glyph_range *table, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= table[i].first && c <= table[i].last)
			return true;
	return false;
}

size_t glyph_length(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if ((first & 0xf0) == 0xe0)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* The character's number, or UINT32_MAX when @s holds no well-formed one. */
static uint32_t glyph_decode(const uint8_t *s, size_t len, size_t n)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t c = s[0];

	if (!n || n > len)
		return UINT32_MAX;
	if (n > 1)
		c &= 0xffu >> (n + 1);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return UINT32_MAX;
		c = c << 6 | (s[i] & 0x3f);
	}
	return c < least[n] || c > 0x10ffff ? UINT32_MAX : c;
}

struct glyph glyph_at(const char *s, size_t len)
{
	const uint8_t *b = (const uint8_t *)s;
	size_t n = glyph_length(b[0]);
	uint32_t c = glyph_decode(b, len, n);
	struct glyph g = {.text = "?", .bytes = 1, .columns = 1};

	if (c == UINT32_MAX)
		return g;
	g.bytes = n;
	if (GLYPH_IN(glyph_unfit, c))
		return g;
	memcpy(g.text, s, n);
	g.text[n] = '\0';
	if (GLYPH_IN(glyph_marks, c))
		g.columns = 0;
	else if (GLYPH_IN(glyph_wide, c))
		g.columns = 2;
	return g;
}

size_t glyph_before(const char *s, size_t at)
{
	/* At most four bytes make a character; the first one that ends here. */
	for (size_t back = 4; back > 1; back--)
		if (back <= at && glyph_at(s + at - back, back).bytes == back)
			return at - back;
	return at ? at - 1 : 0;
}
