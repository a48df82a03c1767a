/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORESRV_HANDLE_HANDLE_API_H
#define CORESRV_HANDLE_HANDLE_API_H

#include <rtl/retcode.h>
#include <rtl/stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Frees the id `handle` in the caller's handle space; what was derived from it
 * stays valid and now derives from its parent. The object lives on while other
 * handles or mappings hold it; an empty, entry-set or frozen process ends with
 * its last handle, a running one runs on. Legal in every state of the object; a
 * revoked handle is closed like any other.
 *
 * rcInvalidArgument: no such handle.
 */
Retcode KnHandleClose(Handle handle);

/*
 * Closes `handle` and revokes all that was derived from it, in every process:
 * those ids stay, and every call with one gives rcHandleRevoked until it is
 * closed. Any process may do so with any of its handles, in every state of the
 * object.
 *
 * rcInvalidArgument: no such handle. rcHandleRevoked: it was revoked itself.
 */
Retcode KnHandleRevoke(Handle handle);

/*
 * Revokes those handles that were derived directly from `handle` with the badge
 * `badge` (srcBadge of KnTaskTransferResource(); another handle of the same
 * object does as well), and all that was derived from them. `handle` itself and
 * other descendants stay valid.
 *
 * rcInvalidArgument: no such handle or badge. rcHandleRevoked: one of the two
 * was revoked.
 */
Retcode KnHandleRevokeSubtree(Handle handle, Handle badge);

#ifdef __cplusplus
}
#endif

#endif
