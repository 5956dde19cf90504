/* seal.c - see seal.h */
#include "receive/seal.h"
#include "wire/message_transfer.h"

#include <errno.h>

int seal_compare(const struct chunkmaps *maps, const struct msg_seal *seal, struct msg_sealed *out,
		 struct err_text *err)
{
	uint32_t next = 0;

	/* Every imaged volume, whether the pusher names it or not. */
	for (uint32_t i = 0; i < maps->count; i++) {
		const struct msg_seal_volume *s = NULL;
		struct digest root;
		uint64_t chunks;

		if (next < seal->volume_count && seal->volumes[next].volume == i)
			s = &seal->volumes[next++];
		if (!maps->maps[i].count && !s)
			continue;
		if (!s || !maps->maps[i].count)
			return err_set(err, -EPROTO, "SEAL: volume %u is %s", i,
				       s ? "not transferred" : "not named");
		if (chunkmap_root(&maps->maps[i], &chunks, &root))
			return err_set(err, -ENOMEM, "out of memory");
		if (chunks != s->chunks || !digest_equal(&root, &s->root))
			out->volumes[out->volume_count++] = i;
	}
	return next == seal->volume_count
		       ? 0
		       : err_set(err, -EPROTO, "SEAL: the volumes must be in ascending order");
}
