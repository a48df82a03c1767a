/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VmSeg: a segment on its way into a new process. `h` is the MDL buffer that
 * holds its pages, `loadAddr` where it is to be mapped (0: anywhere), `flags`
 * its access.
 */
#ifndef CORESRV_VMM_VMM_TYPES_H
#define CORESRV_VMM_VMM_TYPES_H

#include <vmm/flags.h>

#endif
