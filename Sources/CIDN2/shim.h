// libidn2, which converts internationalised domain names (Debian: libidn2-dev).
#ifndef SLUICE_CIDN2_SHIM_H
#define SLUICE_CIDN2_SHIM_H

#include <idn2.h>

#endif
