// SPDX-License-Identifier: Apache-2.0
/* What is promised to one that always wants to run, whatever others with budgets do. core/budget.c
 */
#include "unit.h"

#include "core/budget.h"
#include "fake/fake.h"
#include "support/queues.h"
#include "support/simulation.h"

#include <stdlib.h>

#define SAMPLES 10u /* in a period of the victim's */

static const struct {
	u64 budget[3], period[3]; /* of tasks 1 to 3; the sum of the shares is at most 1 */
} promises[] = {
	{ { 3 * MS / 10, 4 * MS, 3 * MS }, { MS, 10 * MS, 10 * MS } },
	{ { 2 * MS, 5 * MS, 10 * MS }, { 10 * MS, 20 * MS, 50 * MS } },
	{ { 5 * MS, MS, MS / 2 }, { 20 * MS, 4 * MS, MS } },
	{ { 30 * MS, 3 * MS, 40 * MS }, { 100 * MS, 10 * MS, 100 * MS } },
};

/* Any of the others' threads sleeps, wakes, gives way or becomes another one. */
static void change_another(void)
{
	queues_change(&sim_threads[SIM_SPINNERS + 1 + (unsigned int)rand() % 6],
		      &sim_threads[SIM_SPINNERS]);
}

static void check_promise(unsigned int which, bool soft)
{
	u64 budget = promises[which].budget[0], step = promises[which].period[0] / SAMPLES;
	u64 ran[2 * SAMPLES] = { 0 };

	sim_begin(1);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(budget_set(&sim_tasks[1 + i], promises[which].budget[i],
					    promises[which].period[i], soft && i == 2),
				 rcOk);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	sim_start(SIM_SPINNERS, 1, ThreadSchedPolicyOther, 0);
	for (unsigned int i = 0; i < 6; i++)
		sim_start(SIM_SPINNERS + 1 + i, 2 + i % 2, ThreadSchedPolicyFifo, 10);
	for (unsigned int i = 0; i < 400; i++) {
		u64 now = sim_ran(1), end = fake_cpu.time + step;

		/* Any two periods have the budget once. */
		if (i >= 2 * SAMPLES && now - ran[i % (2 * SAMPLES)] < budget)
			fail_msg("case %u, sample %u: %lu", which, i,
				 (unsigned long)(now - ran[i % (2 * SAMPLES)]));
		/* Each of its periods has it, in the end. */
		if (now + budget < i / SAMPLES * budget)
			fail_msg("case %u, sample %u: only %lu so far", which, i,
				 (unsigned long)now);
		ran[i % (2 * SAMPLES)] = now;
		while (fake_cpu.time < end) {
			sim_run_until(min_u64(end, fake_cpu.time + 1 + (u64)rand() % step));
			change_another();
		}
	}
	sim_end(NULL);
}

static void test_promise(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= 25; seed++) {
		srand(seed);
		for (unsigned int which = 0; which < ARRAY_SIZE(promises); which++)
			check_promise(which, seed % 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_promise),
	};

	return cmocka_run_group_tests_name("budget_promise", tests, NULL, NULL);
}
