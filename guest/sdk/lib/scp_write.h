/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOE_SDK_SCP_WRITE_H
#define FLOE_SDK_SCP_WRITE_H

#include <floe/scp.h>
#include <rtl/retcode.h>

/*
 * Makes a static connection page in memory that the caller frees with free():
 * argv[0] is `name`; args and envs end with a null pointer or are null.
 *
 * rcBufferTooLarge: it would exceed FLOE_ENV_MAX. rcOutOfMemory.
 */
Retcode floe_scp_write(const char *name, const char *const *args, const char *const *envs,
		       void **page, rtl_size_t *size);

#endif
