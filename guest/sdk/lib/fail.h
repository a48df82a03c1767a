/* SPDX-License-Identifier: Apache-2.0 */
/* How functions of POSIX fail. */
#ifndef FLOE_SDK_FAIL_H
#define FLOE_SDK_FAIL_H

#include <errno.h>

static inline int fail(int error)
{
	errno = error;
	return -1;
}

#endif
