/* sha256.h - SHA-256 of a small text, for ssh key fingerprints
 *
 * FIPS 180-4. Not for secrets and not for speed: image data has XXH3.
 */
#ifndef P2V_UTIL_SHA256_H
#define P2V_UTIL_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN 32u

void sha256(const void *bytes, size_t len, uint8_t out[SHA256_LEN]);

#endif
