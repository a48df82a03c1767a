/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals in ticks; compiled to be small. */
#include "core/timer.h"

#include "arch/hart.h"

#define NS_PER_SECOND 1000000000u

u64 ticks_from_ns(u64 sec, u64 nsec)
{
	if (sec >= (TIME_NEVER / 2) / machine.timebase - 1)
		return TIME_NEVER / 2;
	return sec * machine.timebase +
	       (nsec * machine.timebase + NS_PER_SECOND - 1) / NS_PER_SECOND;
}

u64 ticks_from_ms(u64 ms)
{
	return ticks_from_ns(ms / 1000, ms % 1000 * 1000000);
}

u64 ticks_from_us(u64 us)
{
	return us * machine.timebase / 1000000;
}

RtlTimeSpec timespec_from_ticks(u64 ticks)
{
	u64 rest = ticks % machine.timebase;

	return (RtlTimeSpec){ .sec = ticks / machine.timebase,
			      .nsec = (u32)(rest * NS_PER_SECOND / machine.timebase) };
}
