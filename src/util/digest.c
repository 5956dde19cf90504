/* digest.c - see digest.h */
#include "util/digest.h"

#include <string.h>
#include <xxhash.h>

/* struct digest_state is XXH3_state_t under another name. */
static XXH3_state_t *digest_x(struct digest_state *s)
{
	return (XXH3_state_t *)s;
}

struct digest_state *digest_new(void)
{
	return (struct digest_state *)XXH3_createState();
}

void digest_free(struct digest_state *s)
{
	XXH3_freeState(digest_x(s));
}

void digest_freep(struct digest_state **s)
{
	digest_free(*s);
}

void digest_start(struct digest_state *s, const uint8_t secret[DIGEST_SECRET_LEN])
{
	XXH3_128bits_reset_withSecret(digest_x(s), secret, DIGEST_SECRET_LEN);
}

void digest_start_unkeyed(struct digest_state *s)
{
	XXH3_128bits_reset(digest_x(s));
}

void digest_add(struct digest_state *s, const void *bytes, size_t len)
{
	XXH3_128bits_update(digest_x(s), bytes, len);
}

static struct digest digest_from(XXH128_hash_t h)
{
	XXH128_canonical_t c;
	struct digest d;

	XXH128_canonicalFromHash(&c, h);
	memcpy(d.bytes, c.digest, sizeof(d.bytes));
	if (digest_is_none(&d))
		d.bytes[0] = 1;
	return d;
}

struct digest digest_end(struct digest_state *s)
{
	return digest_from(XXH3_128bits_digest(digest_x(s)));
}

struct digest digest_of(const void *bytes, size_t len)
{
	return digest_from(XXH3_128bits(bytes, len));
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool digest_is_none(const struct digest *d)
{
	static const struct digest none;

	return digest_equal(d, &none);
}
