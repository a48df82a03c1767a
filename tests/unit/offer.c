// SPDX-License-Identifier: Apache-2.0
/* Threads that wait behind one that came with them, while another hart does less. core/place.c */
#include "unit.h"

#include "arch/hart.h"
#include "core/budget.h"
#include "fake/fake.h"
#include "support/simulation.h"

enum {
	HIGH = SIM_SPINNERS,
	LOW
};

static void begin(ThreadPriority elsewhere)
{
	sim_begin(2);
	sim_spin_everywhere(ThreadSchedPolicyOther, 5);
	sim_settle();
	sched_set_policy(&sim_threads[1], ThreadSchedPolicyFifo, elsewhere, 0);
	sim_settle();
}

/* Asleep where the other one will run. */
static struct thread *start_asleep(unsigned int i, unsigned int task, ThreadPriority priority,
				   u64 affinity)
{
	struct thread *t = sim_start(i, task, ThreadSchedPolicyFifo, priority);

	sched_set_affinity(t, 1);
	sim_settle();
	sched_remove(t, THREAD_BLOCKED);
	sim_settle();
	sched_set_affinity(t, affinity);
	return t;
}

/* The lower one is woken first, and may go to the hart that runs something lower yet. */
static void check_two(ThreadPriority elsewhere, bool goes)
{
	struct thread *high, *low;

	begin(elsewhere);
	high = start_asleep(HIGH, 1, 20, 1);
	low = start_asleep(LOW, 1, 10, 3);
	sched_wake(low);
	sched_wake(high);
	sim_settle();
	assert_ptr_equal(harts[0]->rq.running, high);
	assert_ptr_equal(harts[1]->rq.running, goes ? low : &sim_threads[1]);
	sched_remove(high, THREAD_BLOCKED);
	sim_settle();
	assert_int_equal(low->state, THREAD_RUNNING);
	sim_end(NULL);
}

static void test_two(void **state)
{
	(void)state;
	check_two(5, true);
	check_two(10, false);
	check_two(15, false);
}

/* The short way does not leave it behind either. */
static void test_short_way(void **state)
{
	struct thread *high, *low;

	(void)state;
	begin(5);
	high = start_asleep(HIGH, 1, 20, 1);
	low = start_asleep(LOW, 1, 10, 3);
	sched_wake(low);
	sched_wake(high);
	assert_null(sched_preempt().next);
	sim_settle();
	assert_int_equal(low->state, THREAD_RUNNING);
	/* Nobody has a choice: there is a short way. */
	sched_remove(high, THREAD_BLOCKED);
	sched_remove(low, THREAD_BLOCKED);
	sim_settle();
	sched_set_affinity(low, 1);
	sched_wake(low);
	sim_settle();
	sched_remove(low, THREAD_BLOCKED);
	sim_settle();
	sched_wake(low);
	assert_ptr_equal(sched_preempt().next, low);
	sim_end(NULL);
}

/* One with a budget, behind another with a budget. */
static void test_reserved(void **state)
{
	struct thread *high, *low;

	(void)state;
	begin(31);
	assert_int_equal(budget_set(&sim_tasks[1], 5 * MS, 10 * MS, false), rcOk);
	assert_int_equal(budget_set(&sim_tasks[2], 5 * MS, 100 * MS, false), rcOk);
	high = start_asleep(HIGH, 1, 20, 1);
	low = start_asleep(LOW, 2, 10, 3);
	sched_wake(low);
	sched_wake(high);
	sim_settle();
	assert_ptr_equal(harts[0]->rq.running, high);
	assert_ptr_equal(harts[1]->rq.running, low);
	sim_end(NULL);
}

/* One that becomes less than what waits elsewhere, which comes and takes its place. */
static void test_taken_from_elsewhere(void **state)
{
	struct thread *other, *comes, *lowered;

	(void)state;
	sim_begin(3);
	sim_spin_everywhere(ThreadSchedPolicyOther, 5);
	other = sim_start(SIM_SPINNERS, 1, ThreadSchedPolicyFifo, 10);
	sched_set_affinity(other, 2);
	lowered = sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyFifo, 12);
	sched_set_affinity(lowered, 4);
	sim_settle();
	sched_set_affinity(lowered, 5);
	comes = sim_start(SIM_SPINNERS + 2, 1, ThreadSchedPolicyFifo, 8);
	sched_set_affinity(comes, 2);
	sim_settle();
	sched_set_affinity(comes, 6);
	sim_settle();
	assert_ptr_equal(comes->hart, harts[1]);
	assert_ptr_equal(harts[1]->rq.running, other);
	assert_ptr_equal(harts[2]->rq.running, lowered);
	assert_int_equal(comes->state, THREAD_READY);
	sched_set_policy(lowered, ThreadSchedPolicyFifo, 1, 0);
	sim_settle();
	assert_ptr_equal(harts[2]->rq.running, comes);
	assert_ptr_equal(harts[0]->rq.running, lowered);
	sim_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_short_way),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_taken_from_elsewhere),
	};

	return cmocka_run_group_tests_name("offer", tests, NULL, NULL);
}
