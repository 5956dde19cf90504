/* test-peer.c - the loop of a peer, against another end that stalls, floods or lies */
#include "tap.h"
#include "util/clock.h"
#include "util/log.h"
#include "wire/message.h"
#include "wire/peer.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static struct peer peer;
static struct stream ours, theirs;
static int fds[2];
static char logged[4096];

static void sink(void *ctx, enum log_level level, const char *text)
{
	size_t at = strlen(logged);

	(void)ctx;
	if (level == LOG_LEVEL_ERROR)
		snprintf(logged + at, sizeof(logged) - at, "%s\n", text);
}

static unsigned lines(void)
{
	unsigned n = 0;

	for (const char *p = logged; *p; p++)
		n += *p == '\n';
	return n;
}

static void begin(unsigned ping, unsigned silence)
{
	/* Whatever goes wrong here would be a hang. */
	alarm(60);
	logged[0] = '\0';
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		exit(99);
	ours = stream_fds(fds[0], fds[0]);
	theirs = stream_fds(fds[1], fds[1]);
	peer = (struct peer){.ping = ping, .silence = silence};
	TAP_INT(peer_start(&peer, &ours, "the other"), 0);
}

static void end(void)
{
	peer_release(&peer);
	close(fds[0]);
	close(fds[1]);
}

static unsigned their_next(void)
{
	struct frame_buffer b = {0};
	struct err_text err = {0};
	struct frame f;
	int r = frame_read(&theirs, &b, &f, &err);

	frame_buffer_release(&b);
	return r ? 0 : f.type;
}

static void test_keeper_answers(void)
{
	begin(0, 0);
	for (int i = 0; i < 3; i++)
		frame_send(&theirs, PROTO_PING, NULL, 0);
	for (int i = 0; i < 3; i++)
		TAP_INT(their_next(), PROTO_PONG);
	TAP_STR(logged, "");
	end();
}

static void test_keeper_asks(void)
{
	long long start = clock_ms();

	begin(1, 0);
	TAP_INT(their_next(), PROTO_PING);
	TAP_INT(their_next(), PROTO_PING);
	TAP_OK(clock_ms() - start >= 2000);
	end();
}

/* What was read last stays, whatever comes meanwhile; then it comes in its order. */
static void test_keeper_reads_no_payload(void)
{
	begin(0, 0);
	frame_send(&theirs, PROTO_MAP, "first", 5);
	TAP_INT(peer_next(&peer, 10), 0);
	frame_send(&theirs, PROTO_PING, NULL, 0);
	frame_send(&theirs, PROTO_MAP, "later", 5);
	frame_send(&theirs, PROTO_PING, NULL, 0);
	TAP_INT(their_next(), PROTO_PONG);
	usleep(1500 * 1000);
	TAP_OK(peer.frame.length == 5 && !memcmp(peer.frame.payload, "first", 5));
	TAP_INT(peer_next(&peer, 10), 0);
	TAP_OK(peer.frame.length == 5 && !memcmp(peer.frame.payload, "later", 5));
	shutdown(fds[1], SHUT_RDWR);
	TAP_INT(peer_next(&peer, 10), PEER_E_END);
	TAP_INT(peer_next(&peer, 10), PEER_E_END);
	end();
}

static void test_silence(void)
{
	long long start = clock_ms();

	begin(1, 2);
	TAP_INT(peer_next(&peer, 0), -ETIMEDOUT);
	TAP_OK(clock_ms() - start >= 2000 && clock_ms() - start < 8000);
	TAP_HAS(logged, "the other: waiting: nothing was heard from it for 2 seconds");
	/* It is gone, and that has been said. */
	TAP_INT(peer_next(&peer, 0), -ETIMEDOUT);
	TAP_INT(peer_send_bytes(&peer, PROTO_MAP, "abc", 3), -ETIMEDOUT);
	TAP_INT(lines(), 1);
	TAP_HAS(peer_why(&peer).text, "nothing was heard");
	end();
}

static void test_silence_while_working(void)
{
	begin(1, 2);
	usleep(4500 * 1000);
	TAP_HAS(logged, "nothing was heard from it for 2 seconds");
	TAP_INT(peer_send_bytes(&peer, PROTO_MAP, "abc", 3), -ETIMEDOUT);
	TAP_INT(lines(), 1);
	end();
}

/* It answers, and is never done: that is what the limit is for. */
static volatile bool chatting;

static void *chat(void *ctx)
{
	(void)ctx;
	while (chatting) {
		frame_send(&theirs, PROTO_PING, NULL, 0);
		usleep(50 * 1000);
	}
	return NULL;
}

static void test_limit(void)
{
	long long start = clock_ms();
	pthread_t thread;

	begin(1, 2);
	chatting = true;
	pthread_create(&thread, NULL, chat, NULL);
	TAP_INT(peer_expect(&peer, PROTO_READY, 4, NULL), -ETIMEDOUT);
	chatting = false;
	pthread_join(thread, NULL);
	TAP_OK(clock_ms() - start >= 4000 && clock_ms() - start < 10000);
	TAP_HAS(logged, "waiting for READY: it did not come within 4 seconds");
	end();
}

static void test_half_a_frame(void)
{
	uint8_t header[PROTO_HEADER_LEN];

	begin(0, 0);
	ours.limit = 1;
	frame_encode_header(header, PROTO_READY, 100);
	stream_write(&theirs, header, sizeof(header));
	stream_write(&theirs, "{\"sess", 6);
	TAP_INT(peer_expect(&peer, PROTO_READY, 30, NULL), -ETIMEDOUT);
	TAP_HAS(logged, "READY");
	TAP_INT(lines(), 1);
	end();
}

/* A frame that takes its time, over a link that has much to carry: it is waited for,
 * and whoever sends it is asked meanwhile, so that it sees that somebody is here. */
static void *dribble(void *ctx)
{
	uint8_t frame[PROTO_HEADER_LEN + 12] = {0};

	(void)ctx;
	frame_encode_header(frame, PROTO_MAP, 12);
	stream_write(&theirs, frame, PROTO_HEADER_LEN);
	for (int i = 0; i < 12; i++) {
		stream_write(&theirs, frame + PROTO_HEADER_LEN + i, 1);
		usleep(300 * 1000);
	}
	return NULL;
}

static void test_slow_frame(void)
{
	pthread_t thread;
	uint8_t got[1000];
	ssize_t n;

	begin(1, 2);
	pthread_create(&thread, NULL, dribble, NULL);
	TAP_INT(peer_next(&peer, 60), 0);
	pthread_join(thread, NULL);
	n = recv(fds[1], got, sizeof(got), MSG_DONTWAIT);
	TAP_OK(n >= 2 * (ssize_t)PROTO_HEADER_LEN);
	TAP_STR(logged, "");
	end();
}

/* The same the other way round: nobody is given up after a write during which nobody
 * was listened to. */
static void *drain_slowly(void *ctx)
{
	static uint8_t got[PROTO_MAX_MAP + PROTO_HEADER_LEN];

	(void)ctx;
	sleep(4);
	stream_read(&theirs, got, sizeof(got));
	usleep(1500 * 1000);
	frame_send(&theirs, PROTO_MAP, "done", 4);
	return NULL;
}

static void test_slow_reader(void)
{
	static uint8_t payload[PROTO_MAX_MAP];
	pthread_t thread;

	begin(60, 3);
	pthread_create(&thread, NULL, drain_slowly, NULL);
	TAP_INT(peer_send_bytes(&peer, PROTO_MAP, payload, sizeof(payload)), 0);
	TAP_INT(peer_next(&peer, 60), 0);
	pthread_join(thread, NULL);
	TAP_STR(logged, "");
	end();
}

/* It does not read: what is sent has nowhere to go in the end. */
static void test_nobody_reads(void)
{
	static uint8_t payload[PROTO_MAX_MAP];
	int r = 0;

	begin(0, 0);
	ours.limit = 1;
	for (int i = 0; i < 100 && !r; i++)
		r = peer_send_bytes(&peer, PROTO_MAP, payload, sizeof(payload));
	TAP_INT(r, -ETIMEDOUT);
	TAP_HAS(logged, "sending MAP: no data has moved for 1 seconds");
	TAP_INT(lines(), 1);
	end();
}

static void test_pipe_that_nobody_reads(void)
{
	static uint8_t payload[PROTO_MAX_MAP];
	int ends[2];
	struct stream s;

	alarm(60);
	if (pipe(ends))
		exit(99);
	s = stream_fds(ends[0], ends[1]);
	s.limit = 1;
	TAP_INT(frame_send(&s, PROTO_MAP, payload, sizeof(payload)), -ETIMEDOUT);
	close(ends[0]);
	TAP_INT(frame_send(&s, PROTO_MAP, payload, sizeof(payload)), -EPIPE);
	close(ends[1]);
}

static void test_last_words(void)
{
	struct msg_error m = {.code = "no", .text = "not \x1b[2Jtoday", .hint = "tomorrow"};

	begin(0, 0);
	frame_send(&theirs, PROTO_PING, NULL, 0);
	frame_send_json(&theirs, PROTO_ERROR, msg_error_to_json(&m));
	shutdown(fds[1], SHUT_RD);
	TAP_INT(peer_send(&peer, PROTO_HELLO, jdoc_object()), PEER_REFUSED);
	TAP_HAS(logged, "today; tomorrow");
	TAP_OK(!strchr(logged, '\x1b'));
	TAP_INT(lines(), 1);
	end();
}

static void test_tend(void)
{
	begin(0, 0);
	TAP_INT(peer_tend(&peer, 10), 0);
	frame_send(&theirs, PROTO_PING, NULL, 0);
	TAP_INT(peer_tend(&peer, 1000), 0);
	TAP_INT(their_next(), PROTO_PONG);
	frame_send(&theirs, PROTO_READY, "{}", 2);
	TAP_INT(peer_tend(&peer, 1000), -EPROTO);
	TAP_HAS(logged, "READY was not expected");
	shutdown(fds[1], SHUT_RDWR);
	TAP_INT(peer_tend(&peer, 1000), -EPIPE);
	TAP_HAS(logged, "the connection was closed");
	end();
}

static volatile bool interrupt;

static bool interrupted(void)
{
	return interrupt;
}

static void test_interrupt(void)
{
	long long start = clock_ms();

	begin(0, 0);
	ours.interrupted = interrupted;
	interrupt = true;
	TAP_INT(peer_expect(&peer, PROTO_READY, 30, NULL), -EINTR);
	TAP_INT(peer_tend(&peer, 100), -EINTR);
	TAP_OK(clock_ms() - start < 3000 || !"an interrupt is seen at once");
	TAP_INT(lines(), 1);
	interrupt = false;
	end();
}

int main(void)
{
	log_set_sink(sink, NULL);
	signal(SIGPIPE, SIG_IGN);
	TAP_RUN(test_keeper_answers);
	TAP_RUN(test_keeper_asks);
	TAP_RUN(test_keeper_reads_no_payload);
	TAP_RUN(test_silence);
	TAP_RUN(test_silence_while_working);
	TAP_RUN(test_limit);
	TAP_RUN(test_half_a_frame);
	TAP_RUN(test_slow_frame);
	TAP_RUN(test_slow_reader);
	TAP_RUN(test_nobody_reads);
	TAP_RUN(test_pipe_that_nobody_reads);
	TAP_RUN(test_last_words);
	TAP_RUN(test_tend);
	TAP_RUN(test_interrupt);
	return tap_done();
}
