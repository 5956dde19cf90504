/* test-digest.c - keyed and unkeyed digests */
#include "tap.h"
#include "util/cleanup.h"
#include "util/digest.h"
#include "util/text.h"

static const char *hex(struct digest d)
{
	static char out[2 * DIGEST_LEN + 1];

	text_to_hex(d.bytes, sizeof(d.bytes), out);
	return out;
}

/* As xxhsum -H128 prints them: XXH128's canonical form is big-endian. */
static void test_known_values(void)
{
	TAP_STR(hex(digest_of("", 0)), "99aa06d3014798d86001c324468d497f");
	TAP_STR(hex(digest_of("a", 1)), "a96faf705af16834e6c632b61e964e1f");
}

static void test_pieces(void)
{
	CLEANUP(digest_freep) struct digest_state *s = digest_new();
	static uint8_t data[100000];
	struct digest one, pieces;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * i >> 3);
	one = digest_of(data, sizeof(data));
	digest_start_unkeyed(s);
	for (size_t at = 0, n = 1; at < sizeof(data); at += n, n = n * 3 % 1009) {
		if (n > sizeof(data) - at)
			n = sizeof(data) - at;
		digest_add(s, data + at, n);
	}
	pieces = digest_end(s);
	TAP_OK(digest_equal(&one, &pieces));
}

static struct digest keyed(struct digest_state *s, const uint8_t *secret, const char *text)
{
	digest_start(s, secret);
	digest_add(s, text, strlen(text));
	return digest_end(s);
}

static void test_key(void)
{
	CLEANUP(digest_freep) struct digest_state *s = digest_new();
	uint8_t secret[DIGEST_SECRET_LEN], other[DIGEST_SECRET_LEN];
	char text[600];
	struct digest a, b;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (unsigned i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)(i * 37 + 11);
	memcpy(other, secret, sizeof(other));
	a = keyed(s, secret, text);
	b = keyed(s, other, text);
	TAP_OK(digest_equal(&a, &b));
	b = digest_of(text, strlen(text));
	TAP_OK(!digest_equal(&a, &b));
	/* Each part of the key counts. */
	for (unsigned i = 0; i < sizeof(secret); i += 8) {
		other[i] ^= 0x40;
		b = keyed(s, other, text);
		TAP_OK(!digest_equal(&a, &b));
		other[i] ^= 0x40;
	}
}

static void test_none(void)
{
	struct digest none = {0}, some = {{[15] = 1}}, d = digest_of("", 0);

	TAP_OK(digest_is_none(&none) && !digest_is_none(&some) && !digest_is_none(&d));
	TAP_OK(digest_equal(&none, &none) && !digest_equal(&none, &some));
}

int main(void)
{
	TAP_RUN(test_known_values);
	TAP_RUN(test_pieces);
	TAP_RUN(test_key);
	TAP_RUN(test_none);
	return tap_done();
}
