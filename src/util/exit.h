/* exit.h - what every program of this project exits with
 *
 * Scripts depend on these values: they are an interface, and the manual pages have
 * them.
 */
#ifndef P2V_UTIL_EXIT_H
#define P2V_UTIL_EXIT_H

enum p2v_exit {
	P2V_EXIT_OK = 0,      /* done; of p2v-push with --wait-boot: proven */
	P2V_EXIT_USAGE = 1,   /* wrong usage; nothing was looked at */
	P2V_EXIT_REFUSED = 2, /* refused, or nothing found; nothing was written */
	P2V_EXIT_LOSSES = 3,  /* done, with named losses or warnings */
	P2V_EXIT_FAILED = 4,  /* failed; of a push: after the point of no return */
	P2V_EXIT_CONNECT = 5, /* could not connect or authenticate */
};

#endif
