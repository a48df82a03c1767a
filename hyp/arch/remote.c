/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/remote.h"

#include "arch/sbi.h"
#include "core/lock.h"
#include "core/thread.h"

#define IPI_SEND 0

/* How often a hart looks for what it waits for before it sleeps: some microseconds. */
#define TRIES 2000u

/* In struct hart's put_down, beside the asking hart's address: that sleeps. */
#define ASKER_SLEEPS 1u

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

/*
 * Not by trying alone: where harts are simulated, or virtual themselves, the other
 * one may stand still as long as this one goes on. An interrupt that is not the
 * answer is acknowledged as well: whoever sent it has left word in `work`.
 */
static void await_put_down(u64 *put_down)
{
	u64 asked = (u64)this_hart();

	for (u32 tries = TRIES; tries && __atomic_load_n(put_down, __ATOMIC_ACQUIRE); tries--)
		;
	/* Changes nothing if it is done. */
	__atomic_compare_exchange_n(put_down, &asked, asked | ASKER_SLEEPS, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
	while (__atomic_load_n(put_down, __ATOMIC_ACQUIRE)) {
		cpu_wfi();
		remote_acknowledge();
	}
}

void remote_put_down(struct hart *hart)
{
	if (hart == this_hart() || !hart->current) {
		put_down(hart);
		return;
	}
	__atomic_store_n(&hart->put_down, (u64)this_hart(), __ATOMIC_RELEASE);
	interrupt(hart);
	await_put_down(&hart->put_down);
}

bool remote_serve(void)
{
	struct hart *self = this_hart();
	u64 asker;

	if (!__atomic_load_n(&self->put_down, __ATOMIC_ACQUIRE))
		return false;
	remote_acknowledge();
	put_down(self);
	asker = __atomic_exchange_n(&self->put_down, 0, __ATOMIC_ACQ_REL);
	if (asker & ASKER_SLEEPS)
		interrupt((const struct hart *)(asker & ~(u64)ASKER_SLEEPS));
	return true;
}

/* Has the lock been handed over to this hart? */
static bool is_handed_over(const struct hart *self)
{
	return (__atomic_load_n(&lock_word, __ATOMIC_ACQUIRE) & ~(u64)LOCK_AWAITED) == (u64)self;
}

/* Until the lock is handed over, or the vCPU is asked for; a timer that is due has to wait. */
static void sleep(const struct hart *self)
{
	u64 word;

	__atomic_fetch_or(&sleepers, bit(self), __ATOMIC_RELAXED);
	word = __atomic_load_n(&lock_word, __ATOMIC_RELAXED);
	/* If the holder changes just now, another round of tries does no harm. */
	if (!word || (word & ~(u64)LOCK_AWAITED) == (u64)self ||
	    !__atomic_compare_exchange_n(&lock_word, &word, word | LOCK_AWAITED, false,
					 __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		return;
	csr_clear(sie, IRQ_STI);
	cpu_wfi();
	csr_set(sie, IRQ_STI);
	remote_acknowledge();
}

void lock_wait(void)
{
	const struct hart *self = this_hart();
	bool slept = false;
	u32 tries = 0;

	while (!lock_try() && !(slept && is_handed_over(self))) {
		/* Whoever asked for the vCPU goes on for a while. */
		if (remote_serve() || ++tries == TRIES) {
			sleep(self);
			slept = true;
			tries = 0;
		}
	}
	/* Even if it was handed over: to a hart that was awake, and has put itself there again. */
	if (slept)
		__atomic_fetch_and(&sleepers, ~bit(self), __ATOMIC_RELAXED);
}

/*
 * The next sleeper in the order of the harts, so that each has its turn. Who begins
 * to sleep meanwhile is either seen among the sleepers, or sets LOCK_AWAITED again
 * after it was cleared here: neither may get lost. There may be none any more.
 */
void lock_hand_over(void)
{
	u64 self = (u64)this_hart(), which, word = self;
	unsigned int i = (unsigned int)this_hart()->index;

	do {
		__atomic_exchange_n(&lock_word, self, __ATOMIC_ACQ_REL);
		which = __atomic_load_n(&sleepers, __ATOMIC_RELAXED);
		if (!which && cpu_disclaim(&lock_word, self))
			return;
	} while (!which);
	do
		i = i + 1 < nharts ? i + 1 : 0;
	while (!(which >> i & 1));
	which = __atomic_and_fetch(&sleepers, ~bit(harts[i]), __ATOMIC_RELAXED);
	if (which || !__atomic_compare_exchange_n(&lock_word, &word, (u64)harts[i], false,
						  __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		__atomic_store_n(&lock_word, (u64)harts[i] | LOCK_AWAITED, __ATOMIC_RELEASE);
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
