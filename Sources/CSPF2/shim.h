// libspf2, the evaluator of SPF policies (Debian: libspf2-dev). Linked by the helper process only.
#ifndef SLUICE_CSPF2_SHIM_H
#define SLUICE_CSPF2_SHIM_H

// The headers use these types without including what declares them.
#include <sys/types.h>
#include <netinet/in.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <stddef.h>
#include <time.h>

// glibc declares the record type 99 itself; without this the header would redefine it.
#define HAVE_DECL_NS_T_SPF 1
#include <spf2/spf.h>

#include <sys/syscall.h>
#include <unistd.h>

/// Closes every descriptor from `first` on; syscall has variable arguments, which Swift cannot call.
static inline void sluice_close_from(unsigned first) { syscall(SYS_close_range, first, ~0U, 0); }

#endif
