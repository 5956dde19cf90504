/* version.h - the one place that knows it */
#ifndef P2V_VERSION_H
#define P2V_VERSION_H

#define P2V_VERSION "0.1"

#endif
