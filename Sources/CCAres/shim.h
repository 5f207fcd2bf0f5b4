// c-ares, the asynchronous DNS client (Debian: libc-ares-dev), and what its driving thread needs from the system.
#ifndef SLUICE_CCARES_SHIM_H
#define SLUICE_CCARES_SHIM_H

#include <ares.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

/// Names the calling thread; prctl has variable arguments, which Swift cannot call.
static inline void sluice_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

#endif
