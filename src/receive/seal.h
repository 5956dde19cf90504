/* seal.h - does the target have what the source has read?
 */
#ifndef P2V_RECEIVE_SEAL_H
#define P2V_RECEIVE_SEAL_H

#include "receive/chunkmap.h"
#include "util/err.h"
#include "wire/message_transfer.h"

/* Which volumes' maps differ from the roots that SEAL gives? Appends to @out. 0;
 * -EPROTO when SEAL does not name exactly the volumes that are transferred, or
 * -ENOMEM, with @err. */
int seal_compare(const struct chunkmaps *maps, const struct msg_seal *seal, struct msg_sealed *out,
		 struct err_text *err);

#endif
