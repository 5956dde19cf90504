/* proto.h - THE protocol between p2v-push and p2v-receive
 *
 * The prose twin, for a reimplementer, is docs/protocol.rst.
 *
 * One control connection and N data connections, each a byte stream to its own
 * p2v-receive process (an ssh exec channel, or whatever --rsh gives).
 *
 *   p2v-push                           p2v-receive
 *   --------                           -----------
 *   control connection:
 *   HELLO {role: control}        ->
 *                                <-    HELLO
 *                                <-    FACTS     the machine, its disks
 *   PLAN {dry_run, cutover, ...}->
 *                                <-    VERDICT   reasons to refuse, steps
 *   --- a dry run, or a refusal, ends here: BYE ---
 *   COMMIT {digest, erase}       ->              the point of no return is now
 *                                <-    EVENT *   one or two for each step
 *                                <-    READY {token}
 *   data connections, each:
 *   HELLO {role: data, token}    ->
 *                                <-    HELLO
 *   CHUNK *                      ->
 *   END {sent}                   ->
 *                                <-    DONE {stored, bad, proven, missing}
 *   control connection again, after each pass:
 *   SEAL {volume roots}          ->              what the source has read
 *                                <-    SEALED {differ}   volumes that are not the same
 *   MAP_GET {volume,first,count} ->              only when there are any:
 *                                <-    MAP       send what differs again, SEAL again
 *   FINISH {fixups, cutover}     ->
 *                                <-    EVENT *   fixups, boot entry
 *                                <-    RESULT    fixups, host keys, boot entry
 *   CUTOVER {mode}               ->
 *                                <-    BYE {mode, text}  and the stream ends
 *
 *   In any state: PING -> PONG (either side may ask), and ERROR {code, text,
 *   hint}, after which the sender closes the stream. Each side sends something
 *   at least every 10 seconds, and may give up one that has been silent for 55
 *   (peer.h).
 *
 * Integers are little-endian. JSON messages are one object each; unknown
 * members are ignored, missing or unfit ones are an ERROR.
 */
#ifndef P2V_WIRE_PROTO_H
#define P2V_WIRE_PROTO_H

#include "plan/plan.h"

#include <stdint.h>

#define PROTO_VERSION 2

/* Feature bits in the hello; both sides use the intersection. */
#define PROTO_FEATURE_ZSTD 1u

/* Frame header, 16 bytes:
 *   u32 magic "P2V1"   u16 type   u16 flags (0)   u32 length   u32 reserved (0)
 * then length bytes. */
#define PROTO_MAGIC      0x31563250u
#define PROTO_HEADER_LEN 16u

enum proto_type {
	PROTO_HELLO = 1,
	PROTO_FACTS = 2,
	PROTO_PLAN = 3,
	PROTO_VERDICT = 4,
	PROTO_COMMIT = 5,
	PROTO_EVENT = 6,
	PROTO_READY = 7,
	PROTO_CHUNK = 8, /* binary, see chunk.h */
	PROTO_END = 9,
	PROTO_DONE = 10,
	PROTO_SEAL = 11,
	PROTO_SEALED = 12,
	PROTO_MAP_GET = 13,
	PROTO_MAP = 14, /* binary: 16 bytes of digest for each chunk, 0: absent */
	PROTO_FINISH = 15,
	PROTO_RESULT = 16,
	PROTO_CUTOVER = 17,
	PROTO_BYE = 18,
	PROTO_PING = 19, /* empty */
	PROTO_PONG = 20, /* empty */
	PROTO_ERROR = 21,
	PROTO_TYPE_LAST = PROTO_ERROR,
};

/* Limits. A peer that exceeds one is refused before anything is allocated. */
#define PROTO_RUN_ALIGN 512u                                    /* offsets and lengths of runs */
#define PROTO_MAX_RUNS  (PLAN_MAX_CHUNK_SIZE / PROTO_RUN_ALIGN) /* in a chunk of that size */
#define PROTO_MAX_CHUNK (PLAN_MAX_CHUNK_SIZE + PROTO_MAX_RUNS * 8u + 64u)
#define PROTO_MAX_JSON  (8u << 20)  /* a plan with its table sectors */
#define PROTO_MAX_SMALL (64u << 10) /* every other JSON message */
#define PROTO_MAX_MAP   (1u << 20)  /* digests of 65536 chunks */
#define PROTO_TOKEN_LEN 32u

/* The largest payload of a type; 0 for a type that does not exist. */
uint32_t proto_max_length(unsigned type);
/* "HELLO"...; "?" for a type that does not exist. */
const char *proto_type_name(unsigned type);

#endif
