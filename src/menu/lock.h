/* lock.h - several menus on one machine, on the console and over ssh
 *
 * A file in RAM with locks on two of its bytes: everybody who has pressed a key
 * shares the first, and no countdown ends meanwhile; who starts an entry holds
 * the second, so that the first one wins. The kernel drops both with the process.
 * Locks of open file descriptions, fcntl(2).
 */
#ifndef P2V_MENU_LOCK_H
#define P2V_MENU_LOCK_H

#include <stdbool.h>
#include <stddef.h>

struct lock {
	int fd; /* -1: there is no lock file, everybody is alone */
};

/* Makes the file if need be. Where that is not possible (not root) the menu
 * works without; -errno says so. */
int lock_open(struct lock *l, const char *path);
void lock_close(struct lock *l);
/* Somebody is at this menu, called @who ("pts/1"); or nobody any more. */
void lock_use(const struct lock *l, const char *who);
void lock_leave(const struct lock *l);
/* Does somebody use, or start something in, another menu? @who gets the name. */
bool lock_elsewhere(const struct lock *l, char *who, size_t size);
/* True when this menu may start an entry now. */
bool lock_start(const struct lock *l);
void lock_stop(const struct lock *l);
/* The jump is under way, and this process ends before it: until then no
 * countdown of another menu may come to its end. */
void lock_started(const struct lock *l);

#endif
