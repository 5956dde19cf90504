/* test-pe.c - EFI programs: their sections, and files that are none */
#include "bootconf/pe.h"
#include "pe-image.h"
#include "reader-files.h"
#include "tap.h"

static const struct reader_device device = {"esp", "", "", "", ""};

static const struct pe_image_section some[] = {
	{.name = ".text", .data = "stub"},
	{.name = ".linux", .data = "a kernel"},
	{.name = ".cmdline", .data = "quiet"},
	{NULL},
};

static int read_file(const void *data, size_t len, struct pe_image *image, struct err_text *why)
{
	const struct rf_file files[] = {{"/x.efi", data, len}, RF(NULL, NULL)};
	const struct reader_facts facts = rf_facts(&device, 1, files);

	why->text[0] = '\0';
	return pe_read(&facts, 0, "/x.efi", image, why);
}

static void test_sections(void)
{
	struct pe_image image;
	struct err_text why;
	size_t len;
	uint8_t *file = pe_image(PE_MACHINE_AMD64, some, &len);

	TAP_INT(read_file(file, len, &image, &why), 0);
	TAP_INT(image.n, 3);
	TAP_STR(image.v[2].name, ".cmdline");
	TAP_INT(image.v[1].size, 8);
	TAP_OK(!memcmp(file + image.v[1].offset, "a kernel", 8));
	TAP_OK(pe_runs_on(&image, "x86_64") && pe_runs_on(&image, "s390x"));
	TAP_OK(!pe_runs_on(&image, "aarch64") && !pe_runs_on(&image, "i686"));
	free(file);
}

/* Cut off anywhere, it is an error or still the same, never a read behind it. */
static void test_cut_off(void)
{
	struct pe_image image;
	struct err_text why;
	size_t len;
	uint8_t *file = pe_image(PE_MACHINE_AMD64, some, &len);

	for (size_t cut = 1; cut < len; cut++) {
		uint8_t *part = malloc(cut);
		int r;

		memcpy(part, file, cut);
		r = read_file(part, cut, &image, &why);
		TAP_OK(r == -ENOEXEC || (r == 0 && cut >= image.v[2].offset + image.v[2].size));
		TAP_OK(!r == !why.text[0]);
		free(part);
	}
	TAP_INT(read_file(file, len - PE_IMAGE_ALIGN, &image, &why), -ENOEXEC);
	TAP_HAS(why.text, "the section .cmdline is cut off");
	free(file);
}

/* Changes one number of a good file and reads it. */
static void check_broken(size_t at, uint64_t value, size_t width, const char *want)
{
	struct pe_image image;
	struct err_text why;
	size_t len;
	uint8_t *file = pe_image(PE_MACHINE_AMD64, some, &len);

	buf_put_le(file + at, value, width);
	TAP_INT(read_file(file, len, &image, &why), -ENOEXEC);
	TAP_HAS(why.text, want);
	free(file);
}

static void test_broken(void)
{
	size_t second = PE_IMAGE_TABLE + 40;

	check_broken(0, 0, 2, "not an EFI program");
	check_broken(0x3c, 0, 4, "no PE header");
	check_broken(0x3c, 0x7fffffff, 4, "no PE header");
	check_broken(0x3c, 0xfff0, 4, "cut off in its headers");
	check_broken(PE_IMAGE_HEADER, 0, 4, "no PE header");
	check_broken(PE_IMAGE_HEADER + 6, 60000, 2, "too long");
	check_broken(PE_IMAGE_HEADER + 6, 100, 2, "cut off");
	check_broken(PE_IMAGE_HEADER + 20, 0xffff, 2, "cut off in its headers");
	check_broken(PE_IMAGE_HEADER + 24, 0x107, 2, "neither PE32+ nor PE32");
	check_broken(second + 20, 0xffffffff, 4, "the section .linux is cut off");
	check_broken(second + 20, 64, 4, "the section .linux overlaps the headers");
}

static void test_overlap(void)
{
	struct pe_image image;
	struct err_text why;
	size_t len;
	uint8_t *file = pe_image(PE_MACHINE_AMD64, some, &len);

	/* .cmdline where .linux is */
	memcpy(file + PE_IMAGE_TABLE + 80 + 20, file + PE_IMAGE_TABLE + 40 + 20, 4);
	TAP_INT(read_file(file, len, &image, &why), -ENOEXEC);
	TAP_HAS(why.text, "the sections .linux and .cmdline overlap");
	free(file);
}

static void test_missing(void)
{
	const struct rf_file files[] = {RF(NULL, NULL)};
	const struct reader_facts facts = rf_facts(&device, 1, files);
	struct pe_image image;
	struct err_text why = {0};

	TAP_INT(pe_read(&facts, 0, "/none.efi", &image, &why), -ENOENT);
	TAP_INT(read_file("MZ", 2, &image, &why), -ENOEXEC);
}

int main(void)
{
	TAP_RUN(test_sections);
	TAP_RUN(test_cut_off);
	TAP_RUN(test_broken);
	TAP_RUN(test_overlap);
	TAP_RUN(test_missing);
	return tap_done();
}
