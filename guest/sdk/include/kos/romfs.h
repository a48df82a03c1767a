/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KOS_ROMFS_H
#define KOS_ROMFS_H

#include <rtl/retcode.h>
#include <rtl/stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Gives the address and the size in bytes of the ROMFS file `name` (a base
 * name, without a folder). ROMFS is mapped read-only into every process, files
 * begin at page boundaries, nothing is copied; the address stays valid.
 * The same files can be read with open() and fopen() under /romfs/.
 *
 * rcInvalidArgument: a null pointer. rcResourceNotFound: no such file, or this
 * system has no ROMFS.
 */
Retcode KosRomfsMap(const char *name, const void **data, rtl_size_t *size);

#ifdef __cplusplus
}
#endif

#endif
