/* words.h - a command line cut into its words, without a shell (pure)
 */
#ifndef P2V_UTIL_WORDS_H
#define P2V_UTIL_WORDS_H

#include "util/err.h"
#include "util/strv.h"

/* Splits a command into words as a shell would without expanding anything:
 * blanks separate, '...' and "..." quote, a backslash takes the next character
 * as it is. 0, -EINVAL with @err (open quote, no words), or -ENOMEM. */
int words_split(const char *text, struct strv *out, struct err_text *err);

#endif
