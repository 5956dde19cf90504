/* source_json.h - the inventory as JSON
 */
#ifndef P2V_SOURCE_SOURCE_JSON_H
#define P2V_SOURCE_SOURCE_JSON_H

#include "util/jdoc.h"

struct source;

/* The inventory as JSON, for --dry-run --json; owned. */
struct jdoc *source_to_json(const struct source *s);

#endif
