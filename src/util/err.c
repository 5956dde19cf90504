/* err.c - see err.h */
#include "util/err.h"

#include <stdarg.h>
#include <stdio.h>

int err_set(struct err_text *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->text[0])
		return code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return code;
}
