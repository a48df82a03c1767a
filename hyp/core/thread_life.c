/* SPDX-License-Identifier: Apache-2.0 */
/* A thread's beginning and end, and the wakes of who waits on a list. */
#include "core/exception.h"
#include "core/page.h"
#include "core/slab.h"
#include "core/task.h"
#include "core/window.h"

static Tid last_tid;

static Retcode map_stack(struct vm *vm, u64 bytes, struct region **stack)
{
	struct region q = { .npages = bytes >> PAGE_SHIFT,
			    .prot = VMM_FLAG_READ | VMM_FLAG_WRITE,
			    .ceiling = VMM_FLAG_RWX_MASK,
			    .flags = REGION_COMMIT | REGION_LOW_GUARD | REGION_HIGH_GUARD |
				     REGION_STACK };

	return vm_map(vm, &q, stack);
}

/* For what is kept of a thread here: its vectors apart from the rest, and again for a handler. */
static u64 own_pages(void)
{
	return 1 + (machine.vector_bytes ? (u64)2 << page_order(machine.vector_bytes) : 0);
}

/* Threads beside the first cost the task that. */
static Retcode charge(struct task *task)
{
	if (task->nthreads >= FLOE_THREADS_MAX)
		return rcQuotaExceeded;
	return task->nthreads ? vm_charge(&task->vm, own_pages()) : rcOk;
}

static void uncharge(struct task *task)
{
	if (task->nthreads)
		vm_uncharge(&task->vm, own_pages());
}

static void init(struct thread *t, const struct thread_request *q, const struct region *stack)
{
	t->task = q->task;
	t->budget = q->task->budget;
	window_admit(t, &q->task->limits);
	t->tid = ++last_tid;
	t->pid = q->task->pid;
	t->hart = this_hart();
	t->stack = stack->base;
	t->stack_pages = stack->npages;
	t->waitable = q->waitable;
	t->living = true;
	t->affinity = q->task->limits.cpuMask;
	object_init(&t->object, OBJECT_THREAD);
	list_init(&t->ready);
	list_init(&t->joiners);
	thread_init_waits(t);
	sched_set_policy(t, q->policy, q->priority, q->rr_interval);
}

Retcode thread_create(const struct thread_request *q, struct thread **thread)
{
	struct task *task = q->task;
	struct region *stack;
	struct thread *t;
	Retcode rc = charge(task);

	if (rc != rcOk)
		return rc;
	rc = map_stack(&task->vm, q->stack_bytes, &stack);
	if (rc != rcOk)
		goto no_stack;
	t = mem_alloc(sizeof(*t));
	if (!t || !vcpu_init(&t->vcpu, &q->start, stack->base + (stack->npages << PAGE_SHIFT))) {
		slab_free(t);
		rc = rcOutOfMemory;
		goto no_thread;
	}
	init(t, q, stack);
	list_add_tail(&task->threads, &t->task_link);
	task->nthreads++;
	counters.threads++;
	*thread = t;
	return rcOk;
no_thread:
	vm_unmap_region(&task->vm, stack);
no_stack:
	uncharge(task);
	return rc;
}

void thread_start(struct thread *t, bool suspended)
{
	if (suspended) {
		t->wait = WAIT_RESUME;
		t->state = THREAD_BLOCKED;
	} else {
		sched_wake(t);
	}
}

void thread_end(struct thread *t)
{
	thread_stop(t);
	t->task->run_time += t->run_time;
	exception_drop(t);
	vcpu_destroy(&t->vcpu);
	list_del(&t->task_link);
	list_add_tail(&t->task->ended_threads, &t->task_link);
	t->living = false;
	thread_wake_all(&t->joiners);
	object_put(&t->object);
}

bool thread_exit(i32 code)
{
	struct thread *t = thread_current();
	struct task *task = t->task;
	bool is_last = task->threads.next->next == &task->threads;
	u64 gone = is_last ? 0 : vm_unmap_regions(&task->vm, t->stack, t->stack_pages);

	t->stack += gone << PAGE_SHIFT;
	t->stack_pages -= gone;
	if (!is_last && t->stack_pages) {
		sched_request(WORK_TIMER); /* as there is more to do than to answer */
		return false;
	}
	t->exited = true;
	t->exit_code = code;
	if (t == task->initial_thread) {
		task->initial_thread = NULL;
		task->initial_code = code;
	}
	if (is_last)
		task_end(task, TaskExitNormal, task->initial_code);
	else
		thread_end(t);
	return true;
}

void thread_destroy(struct object *object)
{
	struct thread *t = container_of(object, struct thread, object);

	if (t->task) {
		list_del(&t->task_link);
		t->task->nthreads--;
		uncharge(t->task);
	}
	counters.threads--;
	vcpu_destroy(&t->vcpu);
	slab_free(t);
}

void thread_set_policy(struct thread *t, ThreadSchedPolicy policy, ThreadPriority priority,
		       u64 rr_interval)
{
	struct task *task = t->task;

	sched_set_policy(t, policy, priority, rr_interval);
	if (t == task->initial_thread) {
		task->policy = policy;
		task->priority = priority;
		task->rr_interval = rr_interval;
	}
}

void thread_wake_first(struct list *queue)
{
	if (!list_empty(queue))
		thread_wake(list_first(queue, struct thread, waiting));
}

void thread_wake_all(struct list *queue)
{
	while (!list_empty(queue))
		thread_wake_first(queue);
}
