/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace: what happened on each hart lately. Floe's own, for a process with
 * `inspect` in its manifest.
 *
 * Each hart writes its events into a ring of FLOE_TRACE_EVENTS, from the start of
 * the machine on. A reader takes `count` (with an acquire load), copies the last
 * events, events[n % FLOE_TRACE_EVENTS] for n below count, and takes `count`
 * again: what is FLOE_TRACE_EVENTS or more behind it was overwritten meanwhile.
 */
#ifndef CORESRV_TRACE_TRACE_API_H
#define CORESRV_TRACE_TRACE_API_H

#include <floe/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A new handle of a read-only MDL buffer that begins with the FloeTraceRing of
 * the hart of the device tree's n-th cpu node; to be mapped with KnPmmMdlMap()
 * and closed by the caller.
 *
 * rcSecurityDisallow: the caller may not inspect. rcResourceNotFound: there is
 * no such hart. rcQuotaExceeded: the caller has 4096 handles.
 */
Retcode KnTraceOpen(rtl_uint32_t cpu, Handle *mdl);

#ifdef __cplusplus
}
#endif

#endif
