/* SPDX-License-Identifier: Apache-2.0 */
/* Crashes as "victim"; as another one it tries for a while to have that name. */
#include "check.h"

#include <coresrv/thread/thread_api.h>
#include <string.h>

int main(int argc, char **argv)
{
	static volatile int *volatile nowhere = (int *)8;
	const Gsi *gsi = KnTaskGetGsi();
	rtl_uint64_t end = GsiGetTicks(gsi) + gsi->ticksPerSecond;
	Retcode rc = rcAlreadyExists;
	Handle task;

	if (argc > 0 && strcmp(argv[0], "victim") == 0) {
		KnSleep(5);
		*nowhere = 1;
	}
	while (rc == rcAlreadyExists && GsiGetTicks(gsi) < end)
		rc = KnTaskCreate("victim", "x", RTL_NULL, 0, ThreadPriorityNormal, &task);
	CHECK_RC(rcAlreadyExists, rc);
	return checks_result();
}
