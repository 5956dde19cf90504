/* machine.c - see machine.h */
#include "source/machine.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define MACHINE_ETHERNET "1" /* ARPHRD_ETHER, as sysfs writes it */

/* The address burnt into the card: a bond gives all its members the same one. */
static bool machine_permanent_mac(int sock, const char *name, char mac[18])
{
	union {
		struct ethtool_perm_addr head;
		uint8_t bytes[sizeof(struct ethtool_perm_addr) + 32];
	} request = {.head = {.cmd = ETHTOOL_GPERMADDR, .size = 32}};
	struct ifreq ifr = {.ifr_data = (char *)&request};
	const uint8_t *b = request.bytes + sizeof(request.head), none[6] = {0};

	if (sock < 0 || !text_copy(ifr.ifr_name, sizeof(ifr.ifr_name), name) ||
	    ioctl(sock, SIOCETHTOOL, &ifr) < 0 || request.head.size != 6 || !memcmp(b, none, 6))
		return false;
	snprintf(mac, 18, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4], b[5]);
	return true;
}

static int machine_by_name(const void *a, const void *b)
{
	return strcmp(((const struct plan_nic *)a)->name, ((const struct plan_nic *)b)->name);
}

static void machine_nic(const char *dir, const char *name, int sock, struct inventory *inv)
{
	struct plan_nic nic = {0};
	char path[600], line[32];

	/* Bridges, bonds, VLANs and tunnels have no device behind them. */
	snprintf(path, sizeof(path), "%s/%s/device", dir, name);
	if (access(path, F_OK))
		return;
	snprintf(path, sizeof(path), "%s/%s/type", dir, name);
	if (io_read_line(AT_FDCWD, path, line, sizeof(line)) < 0 || strcmp(line, MACHINE_ETHERNET))
		return;
	if (!text_copy(nic.name, sizeof(nic.name), name))
		return;
	snprintf(path, sizeof(path), "%s/%s/address", dir, name);
	if (!machine_permanent_mac(sock, name, nic.mac) &&
	    io_read_line(AT_FDCWD, path, nic.mac, sizeof(nic.mac)) < 0)
		return;
	if (inv->nic_count < sizeof(inv->nics) / sizeof(inv->nics[0]))
		inv->nics[inv->nic_count++] = nic;
}

void machine_identity(const char *root, struct inventory *inv)
{
	/* A fake machine's interfaces are not to be asked for on this one. */
	CLEANUP_FD int sock = *root ? -1 : socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char dir[300], path[300];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/proc/sys/kernel/hostname", root);
	io_read_line(AT_FDCWD, path, inv->hostname, sizeof(inv->hostname));
	snprintf(dir, sizeof(dir), "%s/sys/class/net", root);
	d = opendir(dir);
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			machine_nic(dir, e->d_name, sock, inv);
	if (d)
		closedir(d);
	qsort(inv->nics, inv->nic_count, sizeof(inv->nics[0]), machine_by_name);
}
