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
static u64 sleepers; /* harts, by index; the holder of the lock takes them off */

static u64 bit(const struct hart *hart)
{
	return (u64)1 << hart->index;
}

static void interrupt(const struct hart *hart)
{
	sbi_call(SBI_EXT_IPI, IPI_SEND, 1, hart->id, 0);
}

void remote_kick(const struct hart *hart)
{
	struct hart *self = this_hart();

	self->kicks |= bit(hart);
	/* So that the lock is not released the short way. */
	self->rq.work |= WORK_KICK;
}

static void put_down(struct hart *hart)
{
	if (hart->current)
		vcpu_save(&hart->current->vcpu);
	hart->current = NULL;
	hart->switch_plain |= SWITCH_NOBODY;
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

/* Until the lock is handed over, or the vCPU is asked for; a timer that is due has to wait. */
static void sleep(const struct hart *self)
{
	u64 word;

	__atomic_fetch_or(&sleepers, bit(self), __ATOMIC_RELAXED);
	word = __atomic_load_n(&lock_word, __ATOMIC_RELAXED);
	/* If the holder changes just now, another round of tries does no harm. */
	if (!word || !__atomic_compare_exchange_n(&lock_word, &word, word | LOCK_AWAITED, false,
						  __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		return;
	csr_clear(sie, IRQ_STI);
	cpu_wfi();
	csr_set(sie, IRQ_STI);
	remote_acknowledge();
}

/* Has the lock been handed over to this hart? */
static bool is_handed_over(const struct hart *self)
{
	return (__atomic_load_n(&lock_word, __ATOMIC_ACQUIRE) & ~(u64)LOCK_AWAITED) == (u64)self;
}

void lock_wait(void)
{
	const struct hart *self = this_hart();
	bool slept = false;
	u32 tries = 0;

	while (!lock_try()) {
		if (slept && is_handed_over(self))
			return;
		/* Whoever asked for the vCPU goes on for a while. */
		if (remote_serve() || ++tries == LOCK_TRIES) {
			sleep(self);
			slept = true;
			tries = 0;
		}
	}
	/* Only the holder looks there. */
	if (slept)
		__atomic_fetch_and(&sleepers, ~bit(self), __ATOMIC_RELAXED);
}

/* The next sleeper in the order of the harts, so that each has its turn. */
void lock_hand_over(void)
{
	u64 which = __atomic_load_n(&sleepers, __ATOMIC_RELAXED), rest;
	unsigned int i = (unsigned int)this_hart()->index;

	do
		i = i + 1 < nharts ? i + 1 : 0;
	while (!(which >> i & 1));
	rest = __atomic_and_fetch(&sleepers, ~bit(harts[i]), __ATOMIC_RELAXED);
	__atomic_store_n(&lock_word, (u64)harts[i] | (rest ? LOCK_AWAITED : 0), __ATOMIC_RELEASE);
	interrupt(harts[i]);
}

void lock_release_kicking(void)
{
	struct hart *self = this_hart();
	u64 kicks = self->kicks;

	self->kicks = 0;
	lock_release();
	for (unsigned int i = 0; kicks; i++, kicks >>= 1)
		if (kicks & 1)
			interrupt(harts[i]);
}
