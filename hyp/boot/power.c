/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/boot.h"

#include "arch/cpu.h"
#include "arch/sbi.h"
#include "console/console.h"
#include "core/system.h"
#include "core/task.h"

/* sifive,test0 and test1: a write ends the machine with a code. */
#define FINISHER_PASS 0x5555u
#define FINISHER_FAIL (0x3333u | 1u << 16) /* with code 1 */

#define FINISHER_SPINS 100000000u

#define SRST_SHUTDOWN 0
#define SRST_NO_REASON 0
#define SRST_SYSTEM_FAILURE 1

static volatile u32 *finisher;
static bool success;

void power_init(const struct device_registers *registers)
{
	if (registers->size)
		finisher = (volatile u32 *)registers->base;
}

void system_power_off(bool ok)
{
	if (finisher) {
		*finisher = ok ? FINISHER_PASS : FINISHER_FAIL;
		/* It may take a moment, in which the firmware would end with a code of its own. */
		for (u32 i = 0; i < FINISHER_SPINS; i++)
			__asm__ volatile("");
	}
	sbi_call(SBI_EXT_SRST, 0, SRST_SHUTDOWN, ok ? SRST_NO_REASON : SRST_SYSTEM_FAILURE, 0);
	for (;;)
		cpu_wfi();
}

void system_end(const struct task *init)
{
	success = init->state == TaskStateEnded && init->exit_status == TaskExitNormal &&
		  init->exit_code == 0;
	sched_request(WORK_END);
}

void system_check(void)
{
	console_flush();
	system_power_off(success);
}
