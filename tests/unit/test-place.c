/* test-place.c - programs of the same installation are found beside this one */
#include "tap.h"
#include "util/place.h"

#include <limits.h>
#include <unistd.h>

static void test_program(void)
{
	char exe[PATH_MAX] = "", out[PATH_MAX];

	TAP_OK(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	TAP_STR(place_program("test-place", out, sizeof(out)), exe);
	/* One that is not there is left to the PATH. */
	TAP_STR(place_program("p2v-nothing", out, sizeof(out)), "p2v-nothing");
	TAP_STR(place_program("test-place", out, 12), "test-place");
}

int main(void)
{
	TAP_RUN(test_program);
	return tap_done();
}
