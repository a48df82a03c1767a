/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORESRV_THREAD_THREAD_API_H
#define CORESRV_THREAD_THREAD_API_H

#include <rtl/retcode.h>
#include <rtl/stddef.h>
#include <thread/tidtype.h>

#define ThreadStackSizeDefault FLOE_STACK_DEFAULT

/*
 * Lets the calling thread sleep for at least `ms` milliseconds; 0 only gives
 * way to others that are ready.
 */
Retcode KnSleep(rtl_uint32_t ms);

#endif
