/* uki-make - a unified kernel image out of short texts, for the shell tests
 *
 *     uki-make [--machine NUMBER] OUT .linux='a kernel' .cmdline='quiet' ...
 *
 * The sections come in the order of the arguments, each as often as it is
 * named. The real tool is ukify, which Debian 12 does not have.
 */
#include "pe-image.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct pe_image_section *s;
	unsigned machine = 0x8664;
	uint8_t *file;
	size_t len, n = 0;
	FILE *out;

	if (argc > 3 && !strcmp(argv[1], "--machine")) {
		machine = (unsigned)strtoul(argv[2], NULL, 0);
		argc -= 2;
		argv += 2;
	}
	if (argc < 2) {
		fprintf(stderr, "usage: uki-make [--machine NUMBER] OUT SECTION=TEXT...\n");
		return 1;
	}
	s = calloc((size_t)argc, sizeof(*s));
	for (int i = 2; s && i < argc; i++) {
		char *eq = strchr(argv[i], '=');

		if (!eq || !eq[1]) {
			fprintf(stderr, "uki-make: %s: not SECTION=TEXT\n", argv[i]);
			return 1;
		}
		*eq = '\0';
		s[n++] = (struct pe_image_section){.name = argv[i], .data = eq + 1};
	}
	if (!s)
		return 1;
	file = pe_image(machine, s, &len);
	out = fopen(argv[1], "wb");
	if (!out || fwrite(file, 1, len, out) != len || fclose(out)) {
		perror(argv[1]);
		return 1;
	}
	free(file);
	free(s);
	return 0;
}
