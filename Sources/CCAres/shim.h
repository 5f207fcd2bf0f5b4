// c-ares, the asynchronous DNS client (Debian: libc-ares-dev), and what its driving thread needs from the system.
#ifndef SLUICE_CCARES_SHIM_H
#define SLUICE_CCARES_SHIM_H

#include <ares.h>
#include <sys/eventfd.h>

#endif
