// SPDX-License-Identifier: Apache-2.0
/*
 * Several harts whose threads with budgets sleep, wake, give way, move and become others at
 * random: what has to hold after each step. core/budget.c with core/sched.c and core/place.c
 */
#include "unit.h"

#include "core/budget.h"
#include "core/place.h"
#include "fake/fake.h"
#include "support/queues.h"
#include "support/simulation.h"

#include <stdlib.h>

/* Its windows last as long as the hypervisor: the tests forget them. */
#include "../../hyp/core/window.c"

#define THREADS 8u /* with budgets: those of tasks 1 to 3 */
#define VICTIM 0u  /* always wants to run; of task 1 */
#define SEEDS 60u
#define SAMPLES 10u

static const struct {
	u64 budget[3], period[3]; /* of tasks 1 to 3; the sum of the shares is at most a hart */
} promises[] = {
	{ { 3 * MS / 10, 4 * MS, 3 * MS }, { MS, 10 * MS, 10 * MS } },
	{ { 2 * MS, 5 * MS, 10 * MS }, { 10 * MS, 20 * MS, 50 * MS } },
	{ { 5 * MS, MS, MS / 2 }, { 20 * MS, 4 * MS, MS } },
	{ { 30 * MS, 3 * MS, 40 * MS }, { 100 * MS, 10 * MS, 100 * MS } },
};

/* Nothing of a soft one is forgotten: there is none, or it is granted, or a timer runs that brings
 * it. */
static void check_wanted(const struct budget *b, unsigned int granted)
{
	bool wanted = false;

	for (unsigned int i = 0; i < THREADS; i++)
		wanted |= sim_thread(i)->budget == b && !sim_thread(i)->reserved &&
			  (sim_thread(i)->state == THREAD_READY ||
			   sim_thread(i)->state == THREAD_RUNNING);
	if (!wanted)
		return;
	if (!b->npieces) {
		assert_true(granted > 0);
		return;
	}
	assert_non_null(b->refill.queue);
	for (unsigned int i = 0; i < b->npieces; i++)
		assert_true(b->pieces[i].at > fake_cpu.time);
	assert_true(b->refill.at > fake_cpu.time);
	assert_true(b->refill.at <= b->pieces[0].at);
}

/* Is it parked until one of its windows opens? */
static bool is_closed(const struct thread *t)
{
	if (!nwindows || t->state != THREAD_PARKED)
		return false;
	list_for_each(const struct thread, other, &parked, ready)
		if (other == t) {
			for (unsigned int h = 0; h < nharts; h++)
				assert_false(place_allows(t, harts[h]));
			return true;
		}
	return false;
}

static void check_budget(struct budget *b)
{
	unsigned int wanting = 0, waiting = 0, waiting_there = 0, granted = 0;

	for (unsigned int i = 0; i < THREADS; i++) {
		const struct thread *t = sim_thread(i);

		if (t->budget != b)
			continue;
		assert_int_equal(t->wants_budget, t->state != THREAD_BLOCKED && !is_closed(t));
		wanting += t->wants_budget;
		waiting += t->state == THREAD_PARKED && t->wants_budget;
		granted += t->grant != 0;
		assert_true(!t->grant || t->state == THREAD_RUNNING);
	}
	list_for_each(const struct thread, t, &b->parked, ready)
		waiting_there += t->state == THREAD_PARKED;
	assert_int_equal(b->wanting, wanting);
	assert_int_equal(waiting, waiting_there);
	if (b->soft)
		check_wanted(b, granted);
	else
		queues_check_parked(b);
}

/*
 * Nobody without budget runs while one with some waits that may run there, nor something less
 * important than a thread that competes by its class.
 */
static void check_order(void)
{
	for (unsigned int i = 0; i < THREADS; i++) {
		const struct thread *t = sim_thread(i);

		for (unsigned int h = 0; h < nharts; h++)
			if (t->state == THREAD_READY && place_allows(t, harts[h]) &&
			    (t->reserved || is_realtime(t)))
				assert_true(place_importance(harts[h]->rq.running) >=
					    place_importance(t));
	}
}

static void check_all(void)
{
	sim_settle();
	for (unsigned int i = 0; i < nharts; i++)
		queues_check(harts[i]);
	for (unsigned int i = 1; i < SIM_TASKS; i++)
		check_budget(sim_tasks[i].budget);
	check_order();
}

static void change_another(void)
{
	queues_change(sim_thread(1 + (unsigned int)rand() % (THREADS - 1)), sim_thread(VICTIM));
	if (rand() % 8 == 0)
		sched_set_affinity(sim_thread(VICTIM), queues_some_harts());
}

/* Samples are a tenth of that task's period apart. */
struct history {
	u64 ran[2 * SAMPLES], next;
	unsigned int count;
};

static void sample(struct history *h, unsigned int task, bool soft, bool always)
{
	const struct budget *b = sim_tasks[task].budget;
	u64 ran = sim_ran(task);
	u64 before = h->ran[(h->count + SAMPLES) % (2 * SAMPLES)];
	u64 long_before = h->ran[h->count % (2 * SAMPLES)];

	if (fake_cpu.time < h->next)
		return;
	/*
	 * Never more than one budget for each period and one more, also from the beginning; never
	 * less than one in two.
	 */
	if (h->count >= SAMPLES && !soft && ran - before > 2 * b->amount)
		fail_msg("task %u, sample %u: %lu in a period", task, h->count,
			 (unsigned long)(ran - before));
	if (!soft && ran > (h->count / SAMPLES + 2) * b->amount)
		fail_msg("task %u, sample %u: %lu so far", task, h->count, (unsigned long)ran);
	/* Over all each period has it. */
	if (always && ran + b->amount < h->count / SAMPLES * b->amount)
		fail_msg("task %u, sample %u: only %lu so far", task, h->count, (unsigned long)ran);
	if (h->count >= 2 * SAMPLES && always && ran - long_before < b->amount)
		fail_msg("task %u, sample %u: %lu in two periods", task, h->count,
			 (unsigned long)(ran - long_before));
	h->ran[h->count++ % (2 * SAMPLES)] = ran;
	h->next += b->period / SAMPLES;
}

static void go_on(struct history *histories, bool soft)
{
	u64 end = fake_cpu.time + 1 + (u64)rand() % (MS / 2);

	while (fake_cpu.time < end) {
		u64 next = end;

		for (unsigned int i = 1; i < SIM_TASKS; i++)
			next = min_u64(next, histories[i].next);
		sim_run_until(next);
		for (unsigned int i = 1; i < SIM_TASKS; i++)
			sample(&histories[i], i, soft && i == 3, i == 1 && !nwindows);
	}
}

/* Two on each hart, for some of the tasks at random. */
static void make_windows(void)
{
	for (unsigned int i = 0; i < nharts; i++) {
		assert_int_equal(window_add(5000, i, 700 * i, 600), rcOk);
		assert_int_equal(window_add(5000, i, 700 * i + 600 + 300 * i, 1000), rcOk);
	}
	for (unsigned int i = 1; i < SIM_TASKS; i++)
		if (rand() % 2)
			sim_tasks[i].limits.windows = 1 + (u64)rand() % ((1u << nwindows) - 1);
}

/* Outside of windows and, with more threads of the same task, in them. */
static void spin(ThreadSchedPolicy policy)
{
	sim_spin_everywhere(policy, 15);
	if (!nwindows)
		return;
	sim_tasks[0].limits.windows = (1u << nwindows) - 1;
	for (unsigned int i = 0; i < nharts; i++)
		sched_set_affinity(sim_start(SIM_SPINNERS + THREADS + i, 0, policy, 15),
				   (u64)1 << i);
}

static void check_harts(unsigned int n, unsigned int which, bool soft, bool alone, bool windowed)
{
	struct history histories[SIM_TASKS] = { 0 };

	sim_begin(n);
	nwindows = 0;
	list_init(&parked);
	frame = 0;
	if (windowed)
		make_windows();
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(budget_set(&sim_tasks[1 + i], promises[which].budget[i],
					    promises[which].period[i], soft && i == 2),
				 rcOk);
		histories[1 + i].next = fake_cpu.time + promises[which].period[i] / SAMPLES;
	}
	spin(rand() % 2 ? ThreadSchedPolicyFifo : ThreadSchedPolicyOther);
	sim_start(SIM_SPINNERS + VICTIM, 1, ThreadSchedPolicyOther, 0);
	for (unsigned int i = 1; i < THREADS; i++)
		sim_start(SIM_SPINNERS + i, alone ? 2 + i % 2 : 1 + i % 3, ThreadSchedPolicyFifo,
			  10);
	for (unsigned int i = 0; i < 600; i++) {
		check_all();
		go_on(histories, soft);
		change_another();
	}
	sim_end(NULL);
}

static void check_seeds(bool windowed)
{
	for (unsigned int seed = 1; seed <= SEEDS; seed++) {
		srand(seed);
		for (unsigned int which = 0; which < ARRAY_SIZE(promises); which++)
			for (unsigned int n = 1; n <= SIM_HARTS; n++)
				check_harts(n, which, seed % 2, seed % 4 < 2, windowed);
	}
}

static void test_harts(void **state)
{
	(void)state;
	check_seeds(false);
}

static void test_windows(void **state)
{
	(void)state;
	check_seeds(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_harts),
		cmocka_unit_test(test_windows),
	};

	return cmocka_run_group_tests_name("budget_harts", tests, NULL, NULL);
}
