/* hostkeys.c - see hostkeys.h */
#include "receive/hostkeys.h"
#include "receive/root.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/sha256.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define HOSTKEYS_MAX_FILE 16384u
#define HOSTKEYS_MAX      16u

static const char hostkeys_base64[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Decodes @len characters of base64 in place of @out (3/4 of it); -1: not base64. */
static int hostkeys_decode(const char *text, size_t len, uint8_t *out)
{
	uint32_t bits = 0;
	int n = 0, have = 0;

	while (len && text[len - 1] == '=')
		len--;
	for (size_t i = 0; i < len; i++) {
		const char *digit = text[i] ? strchr(hostkeys_base64, text[i]) : NULL;

		if (!digit)
			return -1;
		bits = bits << 6 | (uint32_t)(digit - hostkeys_base64);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	return n;
}

/* Without padding, as OpenSSH prints fingerprints. */
static void hostkeys_encode(const uint8_t *bytes, size_t len, char *out)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | bytes[i];
		have += 8;
		while (have >= 6) {
			have -= 6;
			*out++ = hostkeys_base64[bits >> have & 63];
		}
	}
	if (have)
		*out++ = hostkeys_base64[bits << (6 - have) & 63];
	*out = '\0';
}

bool hostkeys_fingerprint(const char *line, char *out, size_t size)
{
	uint8_t blob[HOSTKEYS_MAX_FILE], hash[SHA256_LEN];
	char text[SHA256_LEN * 2];
	const char *key = strchr(line, ' ');
	size_t len;
	int n;

	if (!key)
		return false;
	key++;
	len = strcspn(key, " \r\n");
	if (len < 16 || len > sizeof(blob))
		return false;
	n = hostkeys_decode(key, len, blob);
	/* The blob begins with the length and name of the key's type. */
	if (n < 8 || blob[0] || blob[1])
		return false;
	sha256(blob, (size_t)n, hash);
	hostkeys_encode(hash, sizeof(hash), text);
	return (size_t)snprintf(out, size, "SHA256:%s", text) < size;
}

static int hostkeys_read_one(int dir, const char *name, struct strv *out)
{
	CLEANUP_FD int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char text[HOSTKEYS_MAX_FILE] = "", fingerprint[64];
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < 1 ||
	    st.st_size >= (off_t)sizeof(text))
		return 0;
	if (io_pread_full(fd, text, (size_t)st.st_size, 0) ||
	    !hostkeys_fingerprint(text, fingerprint, sizeof(fingerprint)))
		return 0;
	return strv_add(out, fingerprint);
}

static bool hostkeys_is_public(const char *name)
{
	size_t len = strlen(name);

	return !strncmp(name, "ssh_host_", 9) && len > 8 && !strcmp(name + len - 8, "_key.pub");
}

int hostkeys_read(int rootfd, struct strv *out)
{
	int fd = root_openat(rootfd, "etc/ssh", O_RDONLY | O_DIRECTORY);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int r = 0;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return fd == -ENOENT ? 0 : fd < 0 ? fd : -ENOMEM;
	}
	while (!r && out->n < HOSTKEYS_MAX && (e = readdir(d)))
		if (hostkeys_is_public(e->d_name))
			r = hostkeys_read_one(dirfd(d), e->d_name, out);
	closedir(d);
	return r;
}
