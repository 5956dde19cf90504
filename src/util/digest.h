/* digest.h - XXH3-128 keyed with a secret of this push
 *
 * The secret is random, made by the source, and sent inside the encrypted
 * connection only, so that no file's content can be made to collide. The only
 * user of xxHash.
 */
#ifndef P2V_UTIL_DIGEST_H
#define P2V_UTIL_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_LEN        16u
#define DIGEST_SECRET_LEN 192u /* bytes: XXH3_SECRET_DEFAULT_SIZE */

struct digest {
	uint8_t bytes[DIGEST_LEN]; /* all zero: none */
};

struct digest_state; /* an incremental computation, reusable */

struct digest_state *digest_new(void); /* NULL when out of memory */
void digest_free(struct digest_state *s);
void digest_freep(struct digest_state **s);
void digest_start(struct digest_state *s, const uint8_t secret[DIGEST_SECRET_LEN]);
/* Starts the computation that digest_of() does in one call. */
void digest_start_unkeyed(struct digest_state *s);
void digest_add(struct digest_state *s, const void *bytes, size_t len);
/* Never all zero: that value means "none" in a chunk map. */
struct digest digest_end(struct digest_state *s);

/* Without a secret, for identifying a plan (not for data). */
struct digest digest_of(const void *bytes, size_t len);
bool digest_equal(const struct digest *a, const struct digest *b);
bool digest_is_none(const struct digest *d);

#endif
