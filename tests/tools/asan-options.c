/* asan-options.c - linked into everything that is built with AddressSanitizer
 *
 * libparted 3.5 reads beyond a string while it is loaded (ped_disk_gpt_init),
 * which would end every program that is linked with it. An environment variable
 * would not do: sshd starts the receiver with a clean one.
 */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "intercept_strchr=0";
}
