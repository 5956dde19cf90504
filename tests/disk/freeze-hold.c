/* freeze-hold.c - for freeze.t: freezes mounts until told, or until killed
 *
 *   freeze-hold MOUNT...   prints "frozen", waits for a line on stdin, thaws
 *
 * Exit status: 0, or 1 when freezing or thawing failed.
 */
#include "source/freeze.h"
#include "util/strv.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct freeze *freeze = NULL;
	struct strv mounts = {0};
	int r;

	for (int i = 1; i < argc; i++)
		if (strv_add(&mounts, argv[i]) < 0)
			return 1;
	r = freeze_start(&mounts, &freeze);
	if (!r) {
		puts("frozen");
		fflush(stdout);
		getchar();
		r = freeze_end(freeze);
	}
	strv_release(&mounts);
	return r < 0;
}
