/* The cursor: every used and wanted chunk, once, whoever asks. */
#include "source/source_cursor.h"
#include "source/state.h"
#include "tap.h"

#include <pthread.h>

#define VOLUMES 4u
#define CHUNKS  5003u
#define THREADS 4

static struct source s;
static uint8_t bits[VOLUMES][CHUNKS / 8 + 1], set_bits[CHUNKS / 8 + 1];
static unsigned seen[VOLUMES][CHUNKS];
static struct source_cursor *cursor;

static void make_source(void)
{
	memset(&s, 0, sizeof(s));
	memset(bits, 0, sizeof(bits));
	memset(seen, 0, sizeof(seen));
	s.volume_count = VOLUMES;
	srand(3);
	for (uint32_t v = 0; v < VOLUMES; v++) {
		s.volumes[v].image = v != 1; /* a swap volume has none */
		s.volumes[v].chunks = v == 1 ? 0 : CHUNKS;
		s.volumes[v].chunk_bits = bits[v];
		for (uint32_t n = 0; n < CHUNKS; n++)
			if (rand() % (v == 0 ? 2 : 40) == 0)
				bits[v][n / 8] |= (uint8_t)(1u << (n % 8));
	}
	bits[3][(CHUNKS - 1) / 8] |= (uint8_t)(1u << ((CHUNKS - 1) % 8));
}

static void *work(void *arg)
{
	uint32_t volume;
	uint64_t number;

	(void)arg;
	while (source_cursor_next(cursor, &volume, &number))
		__atomic_add_fetch(&seen[volume][number], 1, __ATOMIC_RELAXED);
	return NULL;
}

static void test_all(void)
{
	pthread_t threads[THREADS];
	uint32_t volume;
	uint64_t number;

	make_source();
	TAP_INT(source_cursor_new(&s, NULL, &cursor), 0);
	for (int i = 0; i < THREADS; i++)
		TAP_INT(pthread_create(&threads[i], NULL, work, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (uint32_t v = 0; v < VOLUMES; v++)
		for (uint64_t n = 0; n < CHUNKS; n++)
			TAP_INT(seen[v][n], v != 1 && source_bit(bits[v], n));
	TAP_OK(!source_cursor_next(cursor, &volume, &number));
	source_cursor_free(cursor);
}

static void test_order(void)
{
	uint32_t volume, last_volume = 0;
	uint64_t number, last = 0;
	bool first = true;

	make_source();
	TAP_INT(source_cursor_new(&s, NULL, &cursor), 0);
	while (source_cursor_next(cursor, &volume, &number)) {
		if (!first)
			TAP_OK(volume > last_volume || (volume == last_volume && number > last));
		first = false;
		last_volume = volume;
		last = number;
	}
	TAP_OK(last_volume == 3 && last == CHUNKS - 1);
	source_cursor_free(cursor);
}

static void test_set(void)
{
	const uint8_t *set[VOLUMES] = {set_bits, set_bits, NULL, NULL};

	make_source();
	for (uint64_t n = 0; n < CHUNKS; n += 3)
		set_bits[n / 8] |= (uint8_t)(1u << (n % 8));
	TAP_INT(source_cursor_new(&s, set, &cursor), 0);
	work(NULL);
	for (uint32_t v = 0; v < VOLUMES; v++)
		for (uint64_t n = 0; n < CHUNKS; n++)
			TAP_INT(seen[v][n], v == 0 && n % 3 == 0 && source_bit(bits[v], n));
	source_cursor_free(cursor);
}

static void test_empty(void)
{
	uint32_t volume;
	uint64_t number;

	memset(&s, 0, sizeof(s));
	TAP_INT(source_cursor_new(&s, NULL, &cursor), 0);
	TAP_OK(!source_cursor_next(cursor, &volume, &number));
	source_cursor_free(cursor);
	source_cursor_free(NULL);
}

int main(void)
{
	TAP_RUN(test_all);
	TAP_RUN(test_order);
	TAP_RUN(test_set);
	TAP_RUN(test_empty);
	return tap_done();
}
