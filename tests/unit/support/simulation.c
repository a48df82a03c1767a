// SPDX-License-Identifier: Apache-2.0
#include "support/simulation.h"

#include "unit.h"

#include "arch/remote.h"
#include "arch/this_hart.h"
#include "core/budget.h"
#include "core/lock.h"
#include "core/place.h"
#include "core/window.h"
#include "fake/fake.h"
#include "support/world.h"

static struct hart others[SIM_HARTS - 1];
static FloeTraceRing rings[SIM_HARTS - 1];
static bool is_asleep[SIM_HARTS];
static jmp_buf fell_asleep;
struct task sim_tasks[SIM_TASKS];
struct thread sim_threads[SIM_THREADS];
u64 sim_late[SIM_HARTS];

void sim_be(unsigned int i)
{
	lock_word = 0;
	fake_this_hart = harts[i];
	lock_take();
}

void sim_harts(unsigned int n)
{
	nharts = n;
	for (unsigned int i = 1; i < n; i++) {
		others[i - 1] = (struct hart){ .id = 10 + i,
					       .index = i,
					       .switch_plain = SWITCH_NO_CSRS,
					       .timer_at = TIME_NEVER,
					       .vmid_generation = 1,
					       .trace = &rings[i - 1] };
		harts[i] = &others[i - 1];
		sched_init(harts[i]);
	}
	place_joined = 0;
	for (unsigned int i = 0; i < n; i++)
		place_join(harts[i]);
}

void sim_begin(unsigned int n)
{
	machine_setup(NULL);
	sim_harts(n);
	for (unsigned int i = 0; i < SIM_TASKS; i++) {
		sim_tasks[i] = (struct task){ .pid = i + 1, .limits.windows = FLOE_NO_WINDOW };
		list_init(&sim_tasks[i].threads);
	}
	for (unsigned int i = 0; i < SIM_THREADS; i++)
		sim_threads[i] = (struct thread){ .task = NULL };
	for (unsigned int i = 0; i < SIM_HARTS; i++) {
		is_asleep[i] = false;
		sim_late[i] = 0;
	}
	sim_be(0);
}

/* Whoever waits for another hart's vCPU is served; all others sleep until they have work. */
static void asleep(void)
{
	struct hart *self = fake_this_hart;

	for (unsigned int i = 0; i < nharts; i++)
		if (harts[i]->put_down) {
			fake_this_hart = harts[i];
			remote_serve();
			fake_this_hart = self;
			return;
		}
	is_asleep[self->index] = true;
	longjmp(fell_asleep, 1);
}

void sim_let_sleep(void)
{
	fake_cpu.asleep = asleep;
}

static void drop(void)
{
	for (unsigned int i = 0; i < SIM_TASKS; i++)
		budget_drop(&sim_tasks[i]);
}

int sim_end(void **state)
{
	sim_be(0);
	drop();
	nharts = 1;
	place_joined = 1;
	fake_this_hart = &fake_hart;
	machine_teardown(state);
	return 0;
}

/* What arch/exit.c does when a hart looks at its queue, and sched_idle() after its sleep. */
static void look(unsigned int i)
{
	struct hart *h = harts[i];
	struct thread *t;

	sim_be(i);
	if (h->timer_at <= fake_cpu.time)
		sched_timer_interrupt();
	if (is_asleep[i])
		h->rq.work |= WORK_RESCHEDULE;
	is_asleep[i] = false;
	if (!h->rq.running && !h->rq.work)
		return;
	if (setjmp(fell_asleep))
		return;
	t = sched_work();
	if (t != h->current)
		vcpu_switch(t);
}

static bool has_to_look(unsigned int i)
{
	const struct hart *h = harts[i];

	/* Or it had to put its vCPU down for another hart, and goes on with it. */
	return sim_late[i] <= fake_cpu.time && (h->rq.work || h->timer_at <= fake_cpu.time ||
						(h->rq.running && h->rq.running != h->current));
}

static bool anything_to_do(void)
{
	for (unsigned int i = 0; i < nharts; i++)
		if (has_to_look(i))
			return true;
	return false;
}

void sim_settle(void)
{
	unsigned int rounds = 0;

	for (; anything_to_do(); assert_true(rounds++ < 1000))
		for (unsigned int i = 0; i < nharts; i++)
			if (has_to_look(i)) {
				look(i);
				harts[i]->kicks = 0;
			}
	sim_be(0);
}

void sim_run_until(u64 end)
{
	for (;;) {
		u64 next = end;

		sim_settle();
		for (unsigned int i = 0; i < nharts; i++)
			next = min_u64(next, max_u64(harts[i]->rq.work ? 0 : harts[i]->timer_at,
						     sim_late[i]));
		if (fake_cpu.time >= end)
			return;
		fake_cpu.time = next;
	}
}

struct thread *sim_start_of(unsigned int i, struct task *task, ThreadSchedPolicy policy,
			    ThreadPriority priority)
{
	struct thread *t = &sim_threads[i];

	*t = (struct thread){
		.hart = &fake_hart, .task = task, .budget = task->budget, .affinity = ~(u64)0
	};
	window_admit(t, &task->limits);
	list_init(&t->ready);
	list_init(&t->waiting);
	thread_init_waits(t);
	list_add_tail(&task->threads, &t->task_link);
	task->nthreads++;
	sched_set_policy(t, policy, priority, 10 * MS);
	sched_wake(t);
	return t;
}

struct thread *sim_start(unsigned int i, unsigned int task, ThreadSchedPolicy policy,
			 ThreadPriority priority)
{
	return sim_start_of(i, &sim_tasks[task], policy, priority);
}

/* No hart is ever without anything to do. */
void sim_spin_everywhere(ThreadSchedPolicy policy, ThreadPriority priority)
{
	for (unsigned int i = 0; i < nharts; i++)
		sched_set_affinity(sim_start(i, 0, policy, priority), (u64)1 << i);
}

u64 sim_ran(unsigned int task)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < SIM_THREADS; i++)
		if (sim_threads[i].task == &sim_tasks[task])
			sum += sched_run_time(&sim_threads[i]);
	return sum;
}
