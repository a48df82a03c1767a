/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A task (process): one guest partition with its memory, handles and threads.
 *
 * States: empty -> entry set -> running -> ended, or running -> frozen ->
 * ended. What is legal when is one table, enum task_call. References are held by
 * handles, by a running task itself, and by a report that waits to be printed;
 * with the last one the object goes. What a handle alone keeps alive and does
 * not run (empty, entry set, frozen) ends with it.
 */
#ifndef CORE_TASK_H
#define CORE_TASK_H

#include "console/line.h"
#include "core/fault.h"
#include "core/handle.h"
#include "core/thread.h"
#include "core/vm.h"

/*
 * In which states which calls are legal (api.md): a bit for each TaskState; what has ended
 * has one for each TaskExitStatus.
 */
enum task_call {
	WHEN_EMPTY = 1u << TaskStateEmpty,
	WHEN_ENTRY_SET = 1u << TaskStateEntrySet,
	WHEN_RUNNING = 1u << TaskStateRunning,
	WHEN_FROZEN = 1u << TaskStateFrozen,
	WHEN_CRASHED = 1u << (TaskStateEnded + TaskExitUnexpected),
	WHEN_EXITED = 1u << (TaskStateEnded + TaskExitNormal),
	WHEN_TERMINATED = 1u << (TaskStateEnded + TaskExitTerminated),
	WHEN_ENDED = WHEN_CRASHED | WHEN_EXITED | WHEN_TERMINATED,

	CALL_CONFIGURE = WHEN_EMPTY | WHEN_ENTRY_SET, /* SetPath, SetLimits */
	CALL_LOAD = WHEN_EMPTY, /* ReseedAslr, LoadSeg, LoadElfSyms, SetInitialState */
	CALL_PREPARE = WHEN_EMPTY | WHEN_ENTRY_SET,    /* SetElfHdr, SetEnv */
	CALL_SCHEDULE = WHEN_ENTRY_SET | WHEN_RUNNING, /* SetInitialPolicy, -ThreadPriority */
	CALL_RESUME = WHEN_ENTRY_SET,
	CALL_TERMINATE = WHEN_EMPTY | WHEN_ENTRY_SET | WHEN_RUNNING,
	CALL_EXAMINE = WHEN_FROZEN, /* GetThreadContext, TerminateAfterFreezing */
	CALL_EXIT_STATUS = WHEN_ENDED,
	CALL_EXIT_CODE = WHEN_EXITED,
	CALL_EXCEPTION_INFO = WHEN_FROZEN | WHEN_CRASHED,
	CALL_REGIONS = CALL_TERMINATE | WHEN_FROZEN, /* GetRegionInfo: whenever there is memory */
	CALL_ANY = CALL_REGIONS | WHEN_ENDED,
};

struct task {
	struct object object;
	struct list all_link;  /* all tasks, by pid */
	struct list name_link; /* those whose names hash alike */
	Pid pid, root;         /* of the first one's child that it comes from, or is */
	TaskState state;
	u32 flags; /* Task* of KnTaskCreateEx */

	char *name, *eiid, *path; /* path NULL: none set */
	struct vm vm;
	struct handle_table handles;
	struct list threads;           /* after a freeze the faulting one is the first */
	struct list ended_threads;     /* that still have handles */
	u32 nthreads;                  /* on both lists */
	struct thread *initial_thread; /* NULL: not started, or ended */
	i32 initial_code;              /* its exit code then */
	gpa_t handler;                 /* of exceptions; 0: none */

	struct task *creator; /* or the nearest of that one's creators that is not gone, or NULL */
	struct list children;
	struct list sibling_link;
	u32 ndescendants; /* processes that come from it: children, theirs, and so on */
	TaskLimits limits;
	struct budget *budget; /* of CPU time; NULL: none (core/budget.h) */

	/* The initial thread. */
	ThreadSchedPolicy policy;
	ThreadPriority priority;
	u64 rr_interval; /* ticks */
	u64 stack_size;  /* bytes, default of all threads */
	TaskInitialState initial;

	/* What the PCB will say. */
	void *elf_hdr;
	u32 elf_hdr_size;
	gpa_t symtab, strtab;
	u64 symtab_size, strtab_size;
	struct region *pcb, *scp;
	u64 scp_size;

	TaskExitStatus exit_status; /* 0 before */
	i32 exit_code;
	u64 run_time; /* of threads that are gone, ticks */
	u32 events;   /* EVENT_* that have happened */
	struct list subscriptions;
	TaskFaultRecord fault;

	/* console/ */
	struct line_buffer line;
	struct list report_link; /* empty: no report of it waits */
	u32 report_step;
	bool report_holds; /* the report has a reference: it needs more than the record */
	bool gone;         /* the object is; only the report's last line needs what is left */
};

/* Everything KnTaskCreateEx decides on; strings are the hypervisor's copies. */
struct task_request {
	const char *name, *eiid;
	u64 stack_size; /* bytes, a page multiple */
	ThreadPriority priority;
	u32 flags;
	struct task *creator; /* NULL: the first task */
	TaskLimits limits;
};

/*
 * An empty task with one reference, the caller's. rcAlreadyExists,
 * rcOutOfMemory.
 */
Retcode task_create(const struct task_request *request, struct task **task);

/* The object type's destructor: ends what has not ended and frees the rest. */
void task_destroy(struct object *object);

/* The same of the address space of one that has ended, of a portion. */
void task_destroy_space(struct object *object);

/*
 * Frees what task_destroy() left, once nobody needs it: the report of the end and the end of the
 * address space, which both call this.
 */
void task_free(struct task *task);

/* The image's name; rcOutOfMemory. */
Retcode task_set_path(struct task *task, const char *path);

/* Limits that were checked against who gives them. */
void task_set_limits(struct task *task, const TaskLimits *limits);

/* Does the task's state allow the call? */
static inline bool task_allows(const struct task *task, enum task_call call)
{
	return (u32)call >> (task->state + task->exit_status) & 1;
}

/* Stack, PCB and initial thread, then off it goes. rcOutOfMemory, rcQuotaExceeded. */
Retcode task_start(struct task *task);

/* Writes the static connection page, replacing an earlier one. */
Retcode task_set_env(struct task *task, gpa_t env, u64 bytes, struct vm *from);

/* Removes it; rcInvalidOperation: there is none. */
Retcode task_free_env(struct task *task);

/* Stops and frees everything but what inspection may ask for; code counts for TaskExitNormal. */
void task_end(struct task *task, TaskExitStatus status, i32 code);

/* Halts all threads; the faulting one becomes the first. Everything stays. */
void task_freeze(struct task *task, struct thread *faulting);

/* The task with the lowest pid above `after`, or NULL. */
struct task *task_next(Pid after);

/* The first task. When it ends, the system does. */
#define INIT_PID 1u

#endif
