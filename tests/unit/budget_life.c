// SPDX-License-Identifier: Apache-2.0
/*
 * Several harts that may be idle, or late, and threads with budgets that begin, sleep, end and
 * get other budgets at random: none is lost, none is in two places, no budget grows, and nobody
 * has more than one for each period and one more, but for what harts were late. core/budget.c with
 * core/sched.c
 */
#include "unit.h"

#include "core/budget.h"
#include "core/place.h"
#include "fake/fake.h"
#include "support/queues.h"
#include "support/simulation.h"

#include <stdlib.h>

#define SEEDS 64u
#define STEPS 200u
#define SAMPLES 10u
#define LATE_MAX (3 * MS / 10)

enum {
	SOFT = 1u << 0,
	LATE = 1u << 1,
	SHARED = 1u << 2, /* task 3 is a child of task 1 */
	KINDS = 1u << 3,
};

static unsigned int kind;
static bool lives[SIM_THREADS];
static u64 ended[SIM_TASKS]; /* how long those ran that have ended */

static struct history {
	u64 ran[SAMPLES], next, before; /* it had this budget */
	unsigned int count;
} histories[SIM_TASKS];

static unsigned int index_of(const struct thread *t)
{
	return (unsigned int)(t - sim_threads);
}

static void count(const struct list *queue, enum thread_state state, unsigned int *places)
{
	list_for_each(const struct thread, t, queue, ready) {
		assert_int_equal(t->state, state);
		assert_ptr_equal(t->ready.next->prev, &t->ready);
		assert_true(++places[index_of(t)] == 1);
	}
}

static void count_all(unsigned int *places)
{
	for (unsigned int i = 0; i < nharts; i++) {
		const struct run_queue *rq = &harts[i]->rq;

		for (unsigned int p = 0; p < RT_PRIORITIES; p++)
			count(&rq->rt[p], THREAD_READY, places);
		count(&rq->active, THREAD_READY, places);
		count(&rq->expired, THREAD_READY, places);
		count(&rq->reserved, THREAD_READY, places);
		if (rq->running) {
			assert_int_equal(rq->running->state, THREAD_RUNNING);
			assert_true(++places[index_of(rq->running)] == 1);
		}
	}
	for (unsigned int i = 1; i < SIM_TASKS; i++)
		if (i != 3 || !(kind & SHARED))
			count(&sim_tasks[i].budget->parked, THREAD_PARKED, places);
}

static void check_places(void)
{
	unsigned int places[SIM_THREADS] = { 0 };
	bool late = false;

	for (unsigned int i = 0; i < nharts; i++)
		late |= sim_late[i] > fake_cpu.time;
	count_all(places);
	for (unsigned int i = 0; i < SIM_THREADS; i++) {
		const struct thread *t = &sim_threads[i];

		assert_int_equal(places[i], lives[i] && t->state != THREAD_BLOCKED);
		if (late || !places[i] || t->state != THREAD_READY)
			continue;
		for (unsigned int h = 0; h < nharts; h++)
			assert_true(!place_allows(t, harts[h]) || harts[h]->rq.running);
	}
}

static void check_budget(struct budget *b)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < b->npieces; i++)
		sum += b->pieces[i].amount;
	for (unsigned int i = 0; i < SIM_THREADS; i++)
		if (lives[i] && sim_threads[i].budget == b)
			sum += sim_threads[i].grant;
	assert_int_equal(sum, b->amount);
	queues_check_parked(b);
}

static u64 ran(unsigned int task)
{
	u64 sum = ended[task];

	for (unsigned int i = 0; i < SIM_THREADS; i++)
		if (lives[i] && sim_threads[i].task == &sim_tasks[task])
			sum += sched_run_time(&sim_threads[i]);
	return sum + (task == 1 && (kind & SHARED) ? ran(3) : 0);
}

static void sample(unsigned int task)
{
	struct history *h = &histories[task];
	const struct budget *b = sim_tasks[task].budget;
	u64 now = ran(task), late = kind & LATE ? nharts * LATE_MAX : 0;

	if (fake_cpu.time < h->next)
		return;
	if (h->count >= SAMPLES && !b->soft &&
	    now - h->ran[h->count % SAMPLES] > 2 * b->amount + late)
		fail_msg("task %u: %lu in a period", task,
			 (unsigned long)(now - h->ran[h->count % SAMPLES]));
	if (!b->soft && now - h->before > (h->count / SAMPLES + 2) * b->amount + late)
		fail_msg("task %u, sample %u: %lu so far", task, h->count,
			 (unsigned long)(now - h->before));
	h->ran[h->count++ % SAMPLES] = now;
	h->next += b->period / SAMPLES;
}

static void go_on(u64 ticks)
{
	unsigned int n = kind & SHARED ? 3 : SIM_TASKS;
	u64 end = fake_cpu.time + ticks;

	do {
		u64 next = end;

		for (unsigned int i = 1; i < n; i++)
			next = min_u64(next, histories[i].next);
		sim_run_until(next);
		check_places();
		for (unsigned int i = 1; i < n; i++) {
			check_budget(sim_tasks[i].budget);
			sample(i);
		}
	} while (fake_cpu.time < end);
}

static void end_one(unsigned int i)
{
	struct thread *t = &sim_threads[i];

	thread_stop(t);
	ended[t->task - sim_tasks] += t->run_time;
	list_del(&t->task_link);
	lives[i] = false;
}

static void begin_or_end(unsigned int i)
{
	if (lives[i]) {
		end_one(i);
		return;
	}
	sim_start(i, (unsigned int)rand() % SIM_TASKS, (ThreadSchedPolicy)(rand() % 3),
		  (ThreadPriority)rand() % 16);
	lives[i] = true;
}

/* All threads of a task, and of its children, end; it gets another budget. */
static void change_budget(unsigned int task)
{
	static const u64 some[][2] = { { 300, 1000 }, { 4000, 10000 },  { 500, 700 },    { 1, 100 },
				       { 150, 200 },  { 30000, 50000 }, { 15000, 10000 } };
	unsigned int which = (unsigned int)rand() % ARRAY_SIZE(some);
	bool shared = (kind & SHARED) && task == 1;
	u64 period = some[which][1];

	for (unsigned int i = 0; i < SIM_THREADS; i++)
		if (lives[i] && (sim_threads[i].task == &sim_tasks[task] ||
				 (shared && sim_threads[i].task == &sim_tasks[3])))
			end_one(i);
	if (shared)
		budget_drop(&sim_tasks[3]);
	assert_int_equal(budget_set(&sim_tasks[task], min_u64(some[which][0], nharts * period),
				    period, (kind & SOFT) && task == 2),
			 rcOk);
	if (shared)
		budget_inherit(&sim_tasks[3], &sim_tasks[1]);
	histories[task] = (struct history){ .next = fake_cpu.time + period / SAMPLES,
					    .before = ran(task) };
}

static void change(void)
{
	unsigned int i = (unsigned int)rand() % SIM_THREADS, h = (unsigned int)rand() % nharts;
	struct thread *t = &sim_threads[i];

	if (sim_late[h] > fake_cpu.time)
		return;
	sim_be(h);
	switch (rand() % 12) {
	case 0:
		if (harts[h]->rq.running && harts[h]->rq.running == harts[h]->current)
			thread_block(WAIT_SLEEP, NULL, fake_cpu.time + 1 + (u64)rand() % (3 * MS));
		break;
	case 1:
		if (kind & LATE)
			sim_late[h] = fake_cpu.time + 1 + (u64)rand() % LATE_MAX;
		break;
	case 2:
	case 3:
		begin_or_end(i);
		break;
	case 4:
		if (rand() % 3 == 0)
			change_budget(1 + (unsigned int)rand() % (kind & SHARED ? 2 : 3));
		break;
	case 5:
		if (lives[i])
			sched_set_affinity(t, queues_some_harts());
		break;
	case 6:
		if (lives[i])
			sched_set_policy(t, (ThreadSchedPolicy)(rand() % 3),
					 (ThreadPriority)rand() % 16, MS);
		break;
	default:
		if (lives[i] && t->state == THREAD_BLOCKED)
			thread_wake(t);
		else if (lives[i])
			sched_remove(t, THREAD_BLOCKED);
		break;
	}
	sim_be(0);
}

static void check_harts(unsigned int n)
{
	sim_begin(n);
	sim_let_sleep();
	for (unsigned int i = 0; i < SIM_TASKS; i++)
		ended[i] = 0;
	for (unsigned int i = 1; i < (kind & SHARED ? 3 : SIM_TASKS); i++)
		change_budget(i);
	for (unsigned int i = 0; i < STEPS; i++) {
		change();
		go_on((u64)rand() % (rand() % 2 ? 4 * MS : MS / 20));
	}
	for (unsigned int i = 0; i < SIM_THREADS; i++)
		if (lives[i])
			end_one(i);
	sim_end(NULL);
}

static void test_lives(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= SEEDS; seed++) {
		srand(seed);
		kind = seed % KINDS;
		for (unsigned int n = 1; n <= SIM_HARTS; n++)
			check_harts(n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lives),
	};

	return cmocka_run_group_tests_name("budget_life", tests, NULL, NULL);
}
