/* receive_options.h - what p2v-receive was started with
 */
#ifndef P2V_RECEIVE_RECEIVE_OPTIONS_H
#define P2V_RECEIVE_RECEIVE_OPTIONS_H

#include <stdint.h>

struct receive_options {
	const char *const *disks; /* offered instead of the machine's own; borrowed */
	uint32_t disk_count;
	const char *session_dir;
	const char *fixups; /* folder of the fixups */
};

#endif
