/* SPDX-License-Identifier: Apache-2.0 */
/* ps and info: what the hypervisor knows of processes. */
#include "command.h"
#include "fault.h"
#include "input.h"
#include "process.h"

#include <coresrv/task/task_api.h>
#include <stdio.h>

enum {
	TEXT = 160,
	HART_TEXT = 12,
	BITS_TEXT = 192, /* every second one of 64 */
};

static const char *hart_text(const TaskInfo *info, char *to)
{
	snprintf(to, HART_TEXT, info->hart == TASK_NO_HART ? "-" : "%u", (unsigned)info->hart);
	return to;
}

static const char *thread_text(const TaskThreadInfo *t)
{
	static const char *const text[] = {
		[TaskThreadHalted] = "halted",   [TaskThreadReady] = "ready",
		[TaskThreadHeld] = "held",       [TaskThreadRunning] = "running",
		[TaskThreadBlocked] = "blocked",
	};

	return t->state < sizeof(text) / sizeof(text[0]) ? text[t->state] : "?";
}

/* "0,2-3": the bits that are set. */
static const char *bits_text(uint64_t mask, char *to)
{
	unsigned used = 0, end;

	for (unsigned bit = 0; bit < 64; bit = end + 1) {
		for (end = bit; end < 64 && mask >> end & 1; end++)
			;
		if (end == bit)
			continue;
		used += (unsigned)snprintf(to + used, BITS_TEXT - used,
					   end - bit > 1 ? "%s%u-%u" : "%s%u", used ? "," : "", bit,
					   end - 1);
	}
	return to;
}

/* The machine's CPUs in the mask; "any" where that has all of them, or none. */
static const char *cpus_text(uint64_t mask, char *to)
{
	uint64_t all = KnTaskGetGsi()->cpuMask;

	return !(mask & all) || (mask & all) == all ? "any" : bits_text(mask & all, to);
}

static void list_threads(const struct process *p)
{
	TaskThreadInfo t = { .tid = 0 };
	char time[32], cpus[BITS_TEXT];
	Tid after;

	printf("  TID STATE   POLICY   PRIO HART       TIME CPUS\n");
	for (;;) {
		after = t.tid;
		/* The ids go up in any case, so that going over all comes to an end. */
		if (KnTaskGetThreadInfo(p->handle, after, &t) != rcOk || t.tid <= after)
			return;
		printf("%5u %-7s %-8s %4u %4u %10s %s\n", (unsigned)t.tid, thread_text(&t),
		       policy_text(t.policy), (unsigned)t.priority, (unsigned)t.hart,
		       seconds_text(t.runTime, time, sizeof(time)), cpus_text(t.cpuMask, cpus));
		if (interrupted())
			return;
	}
}

void command_ps(int argc, char **argv)
{
	char class[PROCESS_TEXT], time[32], exit[32], hart[HART_TEXT];
	struct process p = { .handle = INVALID_HANDLE };

	if (argc > 1) {
		if (process_open(argv[1], &p)) {
			list_threads(&p);
			process_close(&p);
		}
		return;
	}
	printf("  PID NAME             CLASS            STATE   POLICY   PRIO HART       TIME   "
	       "MEMORY EXIT\n");
	while (process_next(&p)) {
		const TaskInfo *i = &p.info;

		process_text(p.handle, TaskStringClass, class, sizeof(class));
		process_close(&p); /* before the console makes us wait */
		printf("%5u %-16s %-16s %-7s %-8s %4u %4s %10s %6uKiB %s\n", (unsigned)i->pid,
		       p.name, class, state_text(i->state), policy_text(i->policy),
		       (unsigned)i->priority, hart_text(i, hart),
		       seconds_text(i->runTime, time, sizeof(time)), (unsigned)(i->memory >> 10),
		       exit_text(i, exit, sizeof(exit)));
	}
}

/* Where nobody runs in a time window, there is none that one could be outside of. */
static bool is_somebody_in_windows(void)
{
	struct process p = { .handle = INVALID_HANDLE };
	bool found = false;

	while (process_next(&p))
		found |= p.info.windows && p.info.windows != FLOE_NO_WINDOW && ~p.info.windows;
	return found;
}

/* Where, when and how much: its CPUs, windows and budget. */
static void show_cpu_time(const TaskInfo *i)
{
	unsigned long ticks = KnTaskGetGsi()->ticksPerSecond;
	char text[BITS_TEXT];

	printf("  CPU time     on CPU %s", cpus_text(i->cpuMask, text));
	if (i->windows == FLOE_NO_WINDOW)
		printf("%s", is_somebody_in_windows() ? ", outside of time windows" : "");
	else if (~i->windows)
		printf(", in time window %s", bits_text(i->windows, text));
	if (i->cpuBudget)
		printf(", %s %lu us of each %lu us\n",
		       i->budgetFlags & TaskBudgetSoft ? "at least" : "at most",
		       (unsigned long)i->cpuBudget * 1000000 / ticks,
		       (unsigned long)i->cpuPeriod * 1000000 / ticks);
	else
		printf(", no budget\n");
}

static void show_info(const struct process *p)
{
	const TaskInfo *i = &p->info;
	char text[TEXT], hart[HART_TEXT];

	printf("%s (pid %u): %s\n", p->name, (unsigned)i->pid, end_text(i, text, sizeof(text)));
	printf("  class        %s\n", process_text(p->handle, TaskStringClass, text, sizeof(text)));
	printf("  image        %s, loaded at 0x%lx, entry 0x%lx\n",
	       process_text(p->handle, TaskStringPath, text, sizeof(text)),
	       (unsigned long)i->relocBase, (unsigned long)i->entryAddr);
	printf("  comes from   pid %u; has %u of at most %u processes, %u handles\n",
	       (unsigned)i->creator, (unsigned)i->tasks, (unsigned)i->maxTasks,
	       (unsigned)i->handles);
	printf("  runs         %s, priority %u, %u threads, hart %s, for %s s\n",
	       policy_text(i->policy), (unsigned)i->priority, (unsigned)i->threads,
	       hart_text(i, hart), seconds_text(i->runTime, text, sizeof(text)));
	show_cpu_time(i);
	printf("  memory       %lu KiB of %lu KiB, stacks of %lu KiB\n",
	       (unsigned long)i->memory >> 10, (unsigned long)i->memoryLimit >> 10,
	       (unsigned long)i->stackSize >> 10);
	printf("  on exception %s; may%s%s\n",
	       i->flags & TaskExceptionFreezesTask ? "freezes" : "ends",
	       i->permissions & TaskMayInspect ? " inspect" : " not inspect",
	       i->permissions & TaskMayRwx ? ", have rwx memory" : "");
	printf("  symbols      %lu bytes at 0x%lx, names %lu bytes at 0x%lx\n",
	       (unsigned long)i->symTabSize, (unsigned long)i->symTab, (unsigned long)i->strTabSize,
	       (unsigned long)i->strTab);
}

/* Gives the region of whose guard pages the address is one; false: there is none. */
static bool find_guarded(Handle task, rtl_uintptr_t address, TaskRegionInfo *r)
{
	rtl_uintptr_t after = 0;

	while (KnTaskGetRegionInfo(task, (const void *)after, r) == rcOk && r->base > after) {
		rtl_uintptr_t end = r->base + r->size;

		if ((r->flags & VMM_FLAG_LOW_GUARD && r->base - address - 1 < FLOE_PAGE_SIZE) ||
		    (r->flags & VMM_FLAG_HIGH_GUARD && address - end < FLOE_PAGE_SIZE))
			return true;
		after = r->base;
	}
	return false;
}

static void show_place(Handle task, const char *what, rtl_uintptr_t address,
		       const TaskFaultRegion *r)
{
	TaskRegionInfo guarded;

	printf("  %s 0x%lx lies in ", what, (unsigned long)address);
	if (r->size)
		printf("region 0x%lx-0x%lx %s\n", (unsigned long)r->base,
		       (unsigned long)(r->base + r->size - 1), access_text(r->access));
	else if (find_guarded(task, address, &guarded))
		printf("the guard page %s region 0x%lx-0x%lx (%s)\n",
		       address < guarded.base ? "below" : "above", (unsigned long)guarded.base,
		       (unsigned long)(guarded.base + guarded.size - 1), region_text(guarded.kind));
	else
		printf("no region\n");
}

static void show_handler(const TaskFaultRecord *r)
{
	static const char *const what[] = {
		[TaskFaultHandlerVector] = "its trap handler could not run",
		[TaskFaultHandlerFunction] = "its exception handler could not run",
		[TaskFaultHandlerBusy] = "its exception handler was running for",
	};
	char text[TEXT];

	if (r->handler && r->handler < sizeof(what) / sizeof(what[0]))
		printf("  %s: %s\n", what[r->handler],
		       fault_text(&r->atHandler, text, sizeof(text)));
}

static void show_fault(Handle task, const TaskFaultRecord *r)
{
	const TaskFault *f = &r->fault;
	char text[TEXT];

	printf("  fault        thread %u: %s at 0x%lx\n", (unsigned)r->tid,
	       fault_text(f, text, sizeof(text)), (unsigned long)f->pc);
	show_handler(r);
	show_place(task, "pc", f->pc, &r->atPc);
	if (f->access)
		show_place(task, "address", f->twoStage ? f->gpa : f->address, &r->atAddress);
	if (f->twoStage && f->gpa != f->address)
		printf("  guest-physical address 0x%lx\n", (unsigned long)f->gpa);
	if (f->instructionSize)
		printf("  instruction 0x%0*x\n", f->instructionSize == 4 ? 8 : 4,
		       (unsigned)f->instruction);
	printf("  scause 0x%lx, stval 0x%lx; \"regs\" has the registers\n",
	       (unsigned long)r->frame.scause, (unsigned long)r->frame.stval);
}

void command_info(int argc, char **argv)
{
	TaskFaultRecord record;
	struct process p;

	(void)argc;
	if (!process_open(argv[1], &p))
		return;
	show_info(&p);
	if (KnTaskGetFaultRecord(p.handle, &record) == rcOk)
		show_fault(p.handle, &record);
	process_close(&p);
}
