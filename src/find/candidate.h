/* candidate.h - the boot configurations that a set of file systems holds
 *
 * One table says which reader there is for which kind of configuration, and
 * where each kind may lie (candidate.c); rank.h says which comes first.
 */
#ifndef P2V_FIND_CANDIDATE_H
#define P2V_FIND_CANDIDATE_H

#include "find/rank.h"
#include "find/tree_facts.h"

#include <sys/types.h>

#define CANDIDATE_MAX 128u /* of all file systems together */

struct candidate {
	struct rank_candidate rank;
	char *path; /* owned; a file, or the directory that the reader wants */
	dev_t dev;  /* which file that is: it may be found under several names */
	ino_t ino;
};

struct candidate_list {
	struct candidate v[CANDIDATE_MAX];
	size_t n;
};

/* Finds them all, the one that the machine would start with first. 0 or
 * -ENOMEM; what is beyond the limit is left out. */
int candidate_find(const struct tree_facts *f, struct candidate_list *out);
void candidate_list_release(struct candidate_list *l);

/* What kind of configuration a file is, by its name, else by its content (may
 * be NULL). */
enum rank_kind candidate_guess(const char *path, enum reader_kind kind, const char *text);

/* The reader of a kind and its name in `list --json`; NULL: there is none. */
reader_fn *candidate_reader(enum rank_kind kind);
const char *candidate_name(enum rank_kind kind);
/* Where configurations are looked for, for a message. */
const char *candidate_places(void);

#endif
