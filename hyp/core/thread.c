/* SPDX-License-Identifier: Apache-2.0 */
/* A thread's waits. */
#include "core/thread.h"

#include "arch/remote.h"

/* Of a wait without a timer that could still expire. */
static inline void end_untimed_wait(struct thread *t)
{
	list_del(&t->waiting);
	t->wait = WAIT_NONE;
}

static void wait_is_over(struct timer *timer)
{
	struct thread *t = container_of(timer, struct thread, wait_timer);

	end_untimed_wait(t);
	sched_wake(t);
}

static void guest_timer_expired(struct timer *timer)
{
	struct thread *t = container_of(timer, struct thread, guest_timer);

	/* It may have moved on since it set the timer. */
	if (t->hart != this_hart())
		thread_put_down(t);
	vcpu_raise_timer(&t->vcpu, this_hart()->current == t);
	if (t->wait == WAIT_INTERRUPT) {
		end_untimed_wait(t);
		sched_wake(t);
	}
}

__attribute__((cold)) void thread_init_waits(struct thread *t)
{
	t->wait_timer.expired = wait_is_over;
	t->guest_timer.expired = guest_timer_expired;
	list_init(&t->waiting);
}

static void end_wait(struct thread *t)
{
	timer_cancel(&t->wait_timer);
	end_untimed_wait(t);
}

void thread_put_down(struct thread *t)
{
	if (t->hart->current == t)
		remote_put_down(t->hart);
}

__attribute__((cold)) void thread_stop(struct thread *t)
{
	if (t->wait != WAIT_NONE)
		end_wait(t);
	timer_cancel(&t->guest_timer);
	if (t->state != THREAD_STOPPED)
		sched_remove(t, THREAD_STOPPED);
	thread_put_down(t);
}

void thread_block(enum thread_wait wait, struct list *queue, u64 until)
{
	struct thread *t = thread_current();

	t->wait = wait;
	if (queue)
		list_add_tail(queue, &t->waiting);
	if (until != TIME_NEVER)
		timer_arm(&this_hart()->rq.timers, &t->wait_timer, until);
	sched_remove(t, THREAD_BLOCKED);
}

void thread_wake(struct thread *t)
{
	end_wait(t);
	sched_wake(t);
}

void thread_set_guest_timer(struct thread *t, u64 at)
{
	timer_cancel(&t->guest_timer);
	if (at != TIME_NEVER)
		timer_arm(&this_hart()->rq.timers, &t->guest_timer, at);
	sched_request(WORK_TIMER);
}

void thread_wait_for_interrupt(void)
{
	struct thread *t = thread_current();

	if (vcpu_interrupt_pending())
		return;
	/* With Sstc the guest's timer runs only while the vCPU does: watch it. */
	if (machine.sstc)
		thread_set_guest_timer(t, vcpu_timer_deadline());
	thread_block(WAIT_INTERRUPT, NULL, TIME_NEVER);
}
