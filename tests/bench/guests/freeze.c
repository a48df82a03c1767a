/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partitions that freeze, each from a load where nothing is mapped. What the hypervisor
 * executes is counted in QEMU's log: a guest cannot tell the report from the rest.
 */
#include "bench.h"

enum {
	FREEZES = 4,
};

CHILD_CODE(fault, "ld a0, 0(zero)\n");

int main(void)
{
	for (int i = 0; i < FREEZES; i++) {
		Handle task = child_start("child", CHILD(fault), TaskExceptionFreezesTask);

		child_wait(task);
		NEED(KnTaskTerminateAfterFreezing(task));
		NEED(KnHandleClose(task));
	}
	return 0;
}
