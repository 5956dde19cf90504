/* tap.h - unit tests in C that prove(1) reads
 *
 * A test file is a list of functions and a main:
 *
 *     static void test_empty(void) { TAP_OK(strv.n == 0); ... }
 *     int main(void) { TAP_RUN(test_empty); return tap_done(); }
 *
 * One TAP line for each function; a failed check prints file, line and
 * expression, and fails its function. There is no skip: what cannot run in
 * `make check` belongs into another directory.
 */
#ifndef P2V_TESTS_TAP_H
#define P2V_TESTS_TAP_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_number, tap_failed, tap_function_failed;

#define TAP_OK(expr) \
	do { \
		if (!(expr)) { \
			tap_function_failed = 1; \
			printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #expr); \
		} \
	} while (0)

#define TAP_STR(got, want) \
	do { \
		const char *tap_g = (got), *tap_w = (want); \
		if (!tap_g || strcmp(tap_g, tap_w)) { \
			tap_function_failed = 1; \
			printf("# %s:%d: %s is \"%s\", want \"%s\"\n", __FILE__, __LINE__, #got, \
			       tap_g ? tap_g : "(null)", tap_w); \
		} \
	} while (0)

#define TAP_INT(got, want) \
	do { \
		long long tap_g = (long long)(got), tap_w = (long long)(want); \
		if (tap_g != tap_w) { \
			tap_function_failed = 1; \
			printf("# %s:%d: %s is %lld, want %lld\n", __FILE__, __LINE__, #got, \
			       tap_g, tap_w); \
		} \
	} while (0)

/* @part must occur in @got: for messages. */
#define TAP_HAS(got, part) \
	do { \
		const char *tap_g = (got), *tap_p = (part); \
		if (!tap_g || !strstr(tap_g, tap_p)) { \
			tap_function_failed = 1; \
			printf("# %s:%d: %s is \"%s\", which lacks \"%s\"\n", __FILE__, __LINE__, \
			       #got, tap_g ? tap_g : "(null)", tap_p); \
		} \
	} while (0)

#define TAP_RUN(fn) \
	do { \
		tap_function_failed = 0; \
		fn(); \
		printf("%sok %d - %s\n", tap_function_failed ? "not " : "", ++tap_number, #fn); \
		tap_failed += tap_function_failed; \
		fflush(stdout); \
	} while (0)

static inline int tap_done(void)
{
	printf("1..%d\n", tap_number);
	return tap_failed || !tap_number;
}

#endif
