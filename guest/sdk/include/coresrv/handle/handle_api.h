/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORESRV_HANDLE_HANDLE_API_H
#define CORESRV_HANDLE_HANDLE_API_H

#include <rtl/retcode.h>
#include <rtl/stddef.h>

/*
 * Frees the id `handle` in the caller's handle space. The object lives on while
 * other handles or mappings hold it; an empty, entry-set or frozen process ends
 * with its last handle, a running one runs on. Legal in every state of the
 * object.
 *
 * rcInvalidArgument: no such handle.
 */
Retcode KnHandleClose(Handle handle);

#endif
