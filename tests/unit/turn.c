// SPDX-License-Identifier: Apache-2.0
/* core/turn.c, the short way of a turn that ends, does what the plain way does. */
#include "unit.h"

#include "arch/this_hart.h"
#include "core/budget.h"
#include "core/lock.h"
#include "core/task.h"
#include "core/thread.h"
#include "core/window.h"
#include "fake/fake.h"
#include "support/world.h"

#include <stdlib.h>

#define THREADS 5u
#define STEPS 400u
#define ROUNDS 300u

/* What can be told from outside after a step. */
struct step {
	unsigned int runs;
	u64 slice_end, timer, ran;
};

/* The last one is there whatever sleeps or has used its budget up. */
static struct thread threads[THREADS + 1];
static struct task task, budgeted;
static unsigned int turns, preemptions; /* that took the short way */

static void expired(struct timer *timer)
{
	sched_wake(container_of(timer, struct thread, wait_timer));
}

static void start(unsigned int i)
{
	static const ThreadSchedPolicy policy[] = { ThreadSchedPolicyOther, ThreadSchedPolicyOther,
						    ThreadSchedPolicyRR, ThreadSchedPolicyFifo };
	struct thread *t = &threads[i];

	*t = (struct thread){ .hart = &fake_hart, .task = &task, .affinity = 1 };
	t->wait_timer.expired = expired;
	if (i < THREADS && rand() % 6 == 0) {
		t->task = &budgeted;
		t->budget = budgeted.budget;
		window_admit(t, &(TaskLimits){ .windows = FLOE_NO_WINDOW });
		list_add_tail(&budgeted.threads, &t->task_link);
	}
	list_init(&t->ready);
	list_init(&t->waiting);
	if (i == THREADS)
		sched_set_policy(t, ThreadSchedPolicyOther, 0, 0);
	else
		sched_set_policy(t, policy[rand() % 4], (ThreadPriority)(rand() % 3 * 5), 10 * MS);
	sched_wake(t);
}

static bool take_short_way(bool yields)
{
	struct turn turn;

	lock_release();
	turn = sched_turn(fake_hart.rq.running, yields ? 0 : fake_hart.rq.slice_end);
	if (!turn.next) {
		lock_take();
		return false;
	}
	assert_ptr_equal(turn.next, fake_hart.rq.running);
	assert_int_equal(turn.next->state, THREAD_RUNNING);
	fake_hart.timer_at = turn.timer;
	turns++;
	return true;
}

static bool take_preemption(void)
{
	struct turn turn = sched_preempt();

	if (!turn.next)
		return false;
	assert_ptr_equal(turn.next, fake_hart.rq.running);
	fake_hart.timer_at = turn.timer;
	preemptions++;
	return true;
}

static void end_turn(bool yields, bool shortly)
{
	if (shortly && take_short_way(yields))
		return;
	if (yields)
		sched_yield();
	else
		sched_timer_interrupt();
	if (!shortly || yields || !take_preemption())
		sched_work();
}

/* The running thread sleeps, if another is left. */
static void sleep_for(u64 ticks)
{
	struct thread *t = fake_hart.rq.running;

	if (t == &threads[THREADS])
		return;
	timer_arm(&fake_hart.rq.timers, &t->wait_timer, fake_cpu.time + ticks);
	sched_remove(t, THREAD_BLOCKED);
	sched_work();
}

static void pass(u64 ticks, bool shortly)
{
	u64 end = fake_cpu.time + ticks;

	while (fake_hart.timer_at <= end) {
		fake_cpu.time = max_u64(fake_cpu.time, fake_hart.timer_at);
		end_turn(false, shortly);
	}
	fake_cpu.time = end;
}

static void simulate(unsigned int seed, bool shortly, struct step *log)
{
	fake_reset();
	lock_take();
	srand(seed);
	list_init(&budgeted.threads);
	assert_int_equal(budget_set(&budgeted, 3 * MS + 77, 20 * MS + 333, rand() % 2), rcOk);
	for (unsigned int i = 0; i <= THREADS; i++)
		start(i);
	sched_work();
	for (unsigned int i = 0; i < STEPS; i++) {
		int what = rand() % 8, ticks = rand() % (8 * (int)MS);

		if (what < 4)
			pass((u64)ticks, shortly);
		else if (what < 7)
			end_turn(true, shortly);
		else
			sleep_for((u64)ticks);
		log[i] = (struct step){ (unsigned int)(fake_hart.rq.running - threads),
					fake_hart.rq.slice_end, fake_hart.timer_at,
					sched_run_time(&threads[i % THREADS]) };
	}
	budget_drop(&budgeted);
	lock_release();
}

static void test_both_ways_agree(void **state)
{
	static struct step plain[STEPS], shortly[STEPS];

	(void)state;
	for (unsigned int seed = 1; seed <= ROUNDS; seed++) {
		simulate(seed, false, plain);
		simulate(seed, true, shortly);
		for (unsigned int i = 0; i < STEPS; i++) {
			assert_int_equal(plain[i].runs, shortly[i].runs);
			assert_int_equal(plain[i].ran, shortly[i].ran);
			assert_int_equal(plain[i].slice_end, shortly[i].slice_end);
			assert_int_equal(plain[i].timer, shortly[i].timer);
		}
	}
	/* Both classes with turns take it often. */
	assert_true(turns > ROUNDS * STEPS / 20);
	assert_true(preemptions > ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_both_ways_agree) };

	return cmocka_run_group_tests_name("turn", tests, machine_setup, machine_teardown);
}
