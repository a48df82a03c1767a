/* SPDX-License-Identifier: Apache-2.0 */
#include "core/task.h"

#include "console/report.h"
#include "core/budget.h"
#include "core/notice.h"
#include "core/slab.h"
#include "core/system.h"
#include "core/trace.h"
#include "lib/text.h"

#include <string.h>

#define NAME_BUCKETS 128u

static struct list all = { &all, &all };
static struct list names[NAME_BUCKETS];
static Pid last_pid;

static struct list *name_bucket(const char *name)
{
	u32 hash = 2166136261u; /* FNV-1a */
	struct list *bucket;

	for (; *name; name++)
		hash = (hash ^ (u8)*name) * 16777619u;
	bucket = &names[hash % NAME_BUCKETS];
	if (!bucket->next)
		list_init(bucket);
	return bucket;
}

/*
 * "floe" is the hypervisor's own on the console. What init starts again takes its name over
 * from the one that has ended: in between another partition could take it.
 */
static bool name_is_taken(const char *name, const struct task *creator)
{
	bool by_init = creator && creator->pid == INIT_PID;
	struct list *bucket = name_bucket(name);

	if (text_is(name, "floe"))
		return true;

	list_for_each(const struct task, t, bucket, name_link)
		if (text_is(t->name, name) &&
		    !(by_init && t->creator == creator && t->state == TaskStateEnded))
			return true;
	return false;
}

static char *copy_string(const char *s)
{
	size_t bytes = strlen(s) + 1;
	char *copy = mem_alloc(bytes);

	return copy ? memcpy(copy, s, bytes) : NULL;
}

static void free_string(char *s)
{
	if (s)
		mem_free(s, strlen(s) + 1);
}

static void init_fields(struct task *task, const struct task_request *q)
{
	object_init(&task->object, OBJECT_TASK);
	list_init(&task->threads);
	list_init(&task->ended_threads);
	list_init(&task->children);
	list_init(&task->sibling_link);
	list_init(&task->subscriptions);
	list_init(&task->report_link);
	task->handles.vm = &task->vm;
	task->flags = q->flags;
	task->stack_size = q->stack_size;
	task->policy = ThreadSchedPolicyOther;
	task->priority = q->priority;
	task_set_limits(task, &q->limits);
}

static void descend(struct task *task, struct task *from)
{
	task->creator = from;
	list_del(&task->sibling_link);
	if (from)
		list_add_tail(&from->children, &task->sibling_link);
}

Retcode task_create(const struct task_request *q, struct task **out)
{
	struct task *task;

	if (name_is_taken(q->name, q->creator))
		return rcAlreadyExists;
	task = mem_alloc(sizeof(*task));
	if (!task)
		return rcOutOfMemory;
	init_fields(task, q);
	task->name = copy_string(q->name);
	task->eiid = copy_string(q->eiid);
	if (!task->name || !task->eiid ||
	    vm_init(&task->vm, q->limits.memoryLimit >> PAGE_SHIFT) != rcOk) {
		task->gone = true;
		task_free(task);
		return rcOutOfMemory;
	}
	task->pid = ++last_pid;
	list_add_tail(&all, &task->all_link);
	list_add_tail(name_bucket(task->name), &task->name_link);
	if (q->creator) {
		task->root = q->creator->root ? q->creator->root : task->pid;
		descend(task, q->creator);
		for (struct task *t = q->creator; t; t = t->creator)
			t->ndescendants++;
		budget_inherit(task, q->creator);
	}
	counters.tasks++;
	trace(FloeTraceCreate, task->pid, q->creator ? q->creator->pid : 0);
	*out = task;
	return rcOk;
}

Retcode task_set_path(struct task *task, const char *path)
{
	char *copy = copy_string(path);

	if (!copy)
		return rcOutOfMemory;
	free_string(task->path);
	task->path = copy;
	return rcOk;
}

void task_set_limits(struct task *task, const TaskLimits *limits)
{
	task->limits = *limits;
	task->vm.limit = limits->memoryLimit >> PAGE_SHIFT;
	task->vm.allow_rwx = (limits->permissions & TaskMayRwx) != 0;
}

static void happened(struct task *task, u32 event)
{
	task->events |= event;
	notice_raise(&task->subscriptions, event);
}

/* Its resources go; what inspection may ask for stays. */
static void release(struct task *task)
{
	struct task *heir = task->creator;

	while (!list_empty(&task->threads))
		thread_end(list_first(&task->threads, struct thread, task_link));
	while (!list_empty(&task->ended_threads)) {
		struct thread *t = list_first(&task->ended_threads, struct thread, task_link);

		list_del(&t->task_link);
		t->task = NULL;
	}
	task->initial_thread = NULL;
	budget_drop(task);
	handle_close_all(&task->handles);
	/* Memory that others still hold counts for who created the process. */
	while (heir && heir->state == TaskStateEnded)
		heir = heir->creator;
	vm_destroy(&task->vm, heir ? &heir->vm : NULL);
	mem_free(task->elf_hdr, task->elf_hdr_size);
	task->elf_hdr = NULL;
	task->pcb = NULL;
	task->scp = NULL;
}

void task_end(struct task *task, TaskExitStatus status, i32 code)
{
	TaskState was = task->state;

	trace(FloeTraceEnd, task->pid, status);
	task->state = TaskStateEnded;
	task->exit_status = status;
	task->exit_code = code;
	release(task);
	line_let_go(task);
	if (was >= TaskStateRunning)
		report_enqueue(task);
	happened(task, EVENT_TASK_COMPLETED);
	if (task->pid == INIT_PID)
		system_end(task);
	if (was == TaskStateRunning)
		object_put(&task->object);
}

void task_freeze(struct task *task, struct thread *faulting)
{
	trace(FloeTraceFreeze, task->pid, faulting->tid);
	list_del(&faulting->task_link);
	list_add_head(&task->threads, &faulting->task_link);
	list_for_each(struct thread, t, &task->threads, task_link)
		thread_stop(t);
	task->state = TaskStateFrozen;
	line_let_go(task);
	report_enqueue(task);
	happened(task, EVENT_TASK_FROZEN);
	if (task->pid == INIT_PID)
		system_end(task);
	object_put(&task->object);
}

void task_free(struct task *task)
{
	if (!task->gone || !list_empty(&task->report_link) || task->vm.gs.root)
		return;
	free_string(task->name);
	free_string(task->eiid);
	free_string(task->path);
	mem_free(task, sizeof(*task));
}

void task_destroy_space(struct object *object)
{
	struct vm *vm = container_of(object, struct vm, space);

	if (vm_free(vm))
		task_free(container_of(vm, struct task, vm));
	else
		object_again(object);
}

void task_destroy(struct object *object)
{
	struct task *task = container_of(object, struct task, object);

	if (task->state != TaskStateEnded)
		task_end(task,
			 task->state == TaskStateFrozen ? TaskExitUnexpected : TaskExitTerminated,
			 0);
	happened(task, EVENT_OBJECT_DESTROYED);
	notice_detach(&task->subscriptions);
	/* Children outlive their creator: whoever they come from is to have no more than it may. */
	while (!list_empty(&task->children))
		descend(list_first(&task->children, struct task, sibling_link), task->creator);
	for (struct task *t = task->creator; t; t = t->creator)
		t->ndescendants--;
	list_del(&task->sibling_link);
	list_del(&task->all_link);
	list_del(&task->name_link);
	counters.tasks--;
	task->gone = true;
	task_free(task);
}

struct task *task_next(Pid after)
{
	list_for_each(struct task, t, &all, all_link)
		/* Not one that waits for its end: object_reap(). */
		if (t->pid > after && t->object.refs)
			return t;
	return NULL;
}
