/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMM_FLAG_*. Access is one of READ, READ | WRITE, READ | EXECUTE and, where
 * the manifest says allow-rwx, VMM_FLAG_RWX_MASK.
 *
 * How memory is cached (VMM_FLAG_CACHE_MASK), for KnVmAllocate() and
 * KnVmAllocateEx(), which give rcUnimplemented for a type that the machine
 * lacks. More than one of these is rcInvalidArgument.
 *
 *	VMM_FLAG_WRITE_BACK      as all memory is; the default, 0
 *	VMM_FLAG_WRITE_COMBINE   not cached, weakly ordered: Svpbmt's type NC
 *	VMM_FLAG_CACHE_DISABLE   not cached, every access as the program makes it and
 *	                         in its order, none speculative: Svpbmt's type IO
 *	VMM_FLAG_WRITE_THROUGH   on no machine: Svpbmt has no such type
 *
 * Svpbmt (RISC-V privileged specification) has to be there for the second stage:
 * the device tree names it, and firmware has set menvcfg.PBMTE; and so has
 * Zicbom, since caches must be flushed before memory changes its type, unless the
 * device tree describes no data cache.
 *
 * The type belongs to the pages: KnVmProtect() keeps it, KnVmCommit() gives it to
 * new ones, and every mapping of an MDL buffer made of them, in whichever
 * process, has it. KnTaskGetNextVmRegion() tells it. The hypervisor does not
 * touch such memory: a pointer into it is a fault to every call, as is one that
 * is not mapped. Atomic and misaligned accesses may be exceptions there.
 */
#ifndef VMM_FLAGS_H
#define VMM_FLAGS_H

#include <floe/types.h>

#endif
