/* test-sha256.c - the vectors of FIPS 180-4 and the padding's edges */
#include "tap.h"
#include "util/sha256.h"
#include "util/text.h"

static const char *hash(const char *s, size_t len)
{
	static char hex[2 * SHA256_LEN + 1];
	uint8_t out[SHA256_LEN];

	sha256(s, len, out);
	text_to_hex(out, sizeof(out), hex);
	return hex;
}

static void test_vectors(void)
{
	const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	TAP_STR(hash("", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	TAP_STR(hash("abc", 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	TAP_STR(hash(two, strlen(two)),
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* Where the length no longer fits behind the text: 55, 56, 63, 64 bytes. */
static void test_padding(void)
{
	char a[65];

	memset(a, 'a', sizeof(a));
	TAP_STR(hash(a, 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
	TAP_STR(hash(a, 56), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
	TAP_STR(hash(a, 63), "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
	TAP_STR(hash(a, 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

static void test_million(void)
{
	size_t len = 1000000;
	char *a = malloc(len);

	memset(a, 'a', len);
	TAP_STR(hash(a, len), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(a);
}

int main(void)
{
	TAP_RUN(test_vectors);
	TAP_RUN(test_padding);
	TAP_RUN(test_million);
	return tap_done();
}
