/* tree_facts.h - a set of trees as the readers of boot configurations see it
 */
#ifndef P2V_FIND_TREE_FACTS_H
#define P2V_FIND_TREE_FACTS_H

#include "bootconf/reader.h"
#include "find/tree.h"

struct tree_facts {
	const struct find_trees *trees;
	struct reader_device *devices; /* owned; as the trees */
	struct reader_facts facts;     /* for the readers; points into this */
};

/* @platform NULL: this machine's. @env NULL: none. Must not be moved; released
 * by tree_facts_release(), also after a failure. 0 or -ENOMEM. */
int tree_facts_init(struct tree_facts *f, const struct find_trees *trees, const char *platform,
		    const struct strv *env);
void tree_facts_release(struct tree_facts *f);

#endif
