/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Harts whose threads compute, under a clock that the tests set: who runs when is up to
 * core/sched.c and what it asks. All with the lock held, as the first hart.
 */
#ifndef UNIT_SUPPORT_SIMULATION_H
#define UNIT_SUPPORT_SIMULATION_H

#include "core/task.h"
#include "core/thread.h"

#define SIM_HARTS 4u
#define SIM_SPINNERS SIM_HARTS /* first of the threads, one for each hart */
#define SIM_THREADS (SIM_SPINNERS + 12u)
#define SIM_TASKS 4u

extern struct task sim_tasks[SIM_TASKS];
extern struct thread sim_threads[SIM_THREADS];

/* The i-th that is no spinner. */
static inline struct thread *sim_thread(unsigned int i)
{
	return &sim_threads[SIM_SPINNERS + i];
}

/* So many harts that partitions may run on, the fake one among them. */
void sim_harts(unsigned int n);

/* The same with all that the functions below want; the end is cmocka's as well. */
void sim_begin(unsigned int n);
int sim_end(void **state);

/* Harts may have nothing to do from now on. */
void sim_let_sleep(void);

/* A hart looks at nothing before that time. */
extern u64 sim_late[SIM_HARTS];

/* Goes on as another hart. */
void sim_be(unsigned int hart);

/* Every hart does what it has to do now, or until then. */
void sim_settle(void);
void sim_run_until(u64 end);

/* The i-th thread is one of that task and runs from now on, wherever there is a place. */
struct thread *sim_start(unsigned int i, unsigned int task, ThreadSchedPolicy policy,
			 ThreadPriority priority);

/* The same of a task that is not among sim_tasks. */
struct thread *sim_start_of(unsigned int i, struct task *task, ThreadSchedPolicy policy,
			    ThreadPriority priority);

/* The first threads are the first task's, one bound to each hart, so that none is idle. */
void sim_spin_everywhere(ThreadSchedPolicy policy, ThreadPriority priority);

/* How long a task's threads have run. */
u64 sim_ran(unsigned int task);

#endif
