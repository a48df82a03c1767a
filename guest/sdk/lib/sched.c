/* SPDX-License-Identifier: Apache-2.0 */
/* <coresrv/sched/sched_api.h>: each function is one hypercall. */
#include "hypercall.h"

#include <coresrv/sched/sched_api.h>

Retcode KnSchedAddWindow(rtl_uint32_t majorFrameUs, rtl_uint32_t cpu, rtl_uint32_t startUs,
			 rtl_uint32_t durationUs)
{
	return FLOE_RC(FloeFnSchedAddWindow, majorFrameUs, cpu, startUs, durationUs);
}
