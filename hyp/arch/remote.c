/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/remote.h"

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/hart.h"
#include "arch/sbi.h"
#include "core/lock.h"
#include "core/thread.h"

#define IPI_SEND 0

struct hart *lock_holder;

static void interrupt(const struct hart *hart)
{
	sbi_call(SBI_EXT_IPI, IPI_SEND, 1, hart->id, 0);
}

void remote_kick(const struct hart *hart)
{
	struct hart *self = this_hart();

	self->kicks |= (u64)1 << hart->index;
	/* So that the lock is not released the short way. */
	self->rq.work |= WORK_KICK;
}

static void put_down(struct hart *hart)
{
	if (hart->current)
		vcpu_save(&hart->current->vcpu);
	hart->current = NULL;
}

void remote_put_down(struct hart *hart)
{
	if (hart == this_hart() || !hart->current) {
		put_down(hart);
		return;
	}
	__atomic_store_n(&hart->put_down, true, __ATOMIC_RELEASE);
	interrupt(hart);
	while (__atomic_load_n(&hart->put_down, __ATOMIC_ACQUIRE))
		;
	/* It sleeps now. */
	remote_kick(hart);
}

bool remote_serve(void)
{
	struct hart *self = this_hart();

	if (!__atomic_load_n(&self->put_down, __ATOMIC_ACQUIRE))
		return false;
	remote_acknowledge();
	put_down(self);
	__atomic_store_n(&self->put_down, false, __ATOMIC_RELEASE);
	return true;
}

void remote_acknowledge(void)
{
	csr_clear(sip, IRQ_SSI);
}

void lock_take(void)
{
	while (!lock_try())
		/* Whoever asked goes on for a while, and interrupts this hart then. */
		if (remote_serve())
			cpu_wfi();
}

void lock_release_and_kick(void)
{
	struct hart *self = this_hart();
	u64 kicks = self->kicks;

	self->kicks = 0;
	lock_release();
	for (unsigned int i = 0; kicks; i++, kicks >>= 1)
		if (kicks & 1)
			interrupt(harts[i]);
}
