/* err.h - what return values mean in this tree
 *
 *   0          it worked
 *   negative   -errno: the system failed, or the caller's input is refused in
 *              a way that no caller acts upon; forward it unchanged
 *   positive   a documented outcome of that one function (its header lists
 *              them as MODULE_E_*); the direct caller handles it and never
 *              forwards it
 *
 * A message is printed once, with log_error(), where the reason is known; it
 * names the object and what to do next. Callers on the way up print nothing.
 * Pure functions (decoders, checks) do not log at all: they fill a
 * struct err_text, and the caller that knows the context logs it.
 *
 * The process's exit codes are in util/exit.h.
 */
#ifndef P2V_UTIL_ERR_H
#define P2V_UTIL_ERR_H

struct err_text {
	char text[512]; /* one line, no newline; empty: no error was described */
};

/* Writes the text (only the first one stays) and returns @code, so that a
 * decoder can `return err_set(err, -EINVAL, "...")`. @err may be NULL. */
int err_set(struct err_text *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
