/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOE_SDK_TASK_FAILED_H
#define FLOE_SDK_TASK_FAILED_H

#include <rtl/retcode.h>

/* Remembers for KosTaskFailedCall() that `call` gave rc, if that is an error; gives rc. */
Retcode floe_check(Retcode rc, const char *call);

#endif
