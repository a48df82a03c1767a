/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The static connection pages of processes that <kos/task.h> has made and that
 * have not been started, for KosTaskTransferResource() to add to. One that is
 * closed before its start is dropped when the next is kept.
 */
#ifndef FLOE_SDK_SCP_KEEP_H
#define FLOE_SDK_SCP_KEEP_H

#include <floe/scp.h>
#include <rtl/retcode.h>

/* Keeps `page`, allocated with malloc(), instead of the one before; rcOutOfMemory. */
Retcode floe_scp_keep(Handle task, FloeScpHeader *page);

/* The page that is kept for it, or null. */
const FloeScpHeader *floe_scp_kept(Handle task);

/* Frees the page that is kept for it, if one is. */
void floe_scp_forget(Handle task);

#endif
