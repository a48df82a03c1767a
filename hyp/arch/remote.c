/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/remote.h"

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/hart.h"
#include "arch/sbi.h"
#include "core/lock.h"
#include "core/thread.h"

#define IPI_SEND 0

/* How often the lock is tried before the hart sleeps: some microseconds. */
#define LOCK_TRIES 2000u

u64 lock_word;
static u64 sleepers; /* harts, by index */

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

/* Until the lock is released, or an interrupt comes. */
static void sleep(void)
{
	u64 holder;

	__atomic_fetch_or(&sleepers, (u64)1 << this_hart()->index, __ATOMIC_RELAXED);
	holder = __atomic_load_n(&lock_word, __ATOMIC_RELAXED);
	if (!holder || !__atomic_compare_exchange_n(&lock_word, &holder, holder | LOCK_AWAITED,
						    false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		return;
	cpu_wfi();
	remote_acknowledge();
}

void lock_take(void)
{
	u32 tries = 0;

	while (!lock_try()) {
		/* Whoever asked for the vCPU goes on for a while. */
		if (remote_serve() || ++tries == LOCK_TRIES) {
			sleep();
			tries = 0;
		}
	}
}

static void interrupt_all(u64 which)
{
	for (unsigned int i = 0; which; i++, which >>= 1)
		if (which & 1)
			interrupt(harts[i]);
}

void lock_wake(void)
{
	interrupt_all(__atomic_exchange_n(&sleepers, 0, __ATOMIC_ACQUIRE));
}

void lock_release_and_kick(void)
{
	struct hart *self = this_hart();
	u64 kicks = self->kicks;

	self->kicks = 0;
	lock_release();
	interrupt_all(kicks);
}
