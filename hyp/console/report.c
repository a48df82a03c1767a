/* SPDX-License-Identifier: Apache-2.0 */
#include "console/report.h"

#include "console/backtrace.h"
#include "console/console.h"
#include "console/format.h"
#include "core/task.h"

#define DESCRIPTION 128

/* With more reports than this nobody starts another process. */
#define BACKLOG 16u

static struct list queue = { &queue, &queue };
static u32 queued;

/* Lines of a report: those of earlier turns are passed over, room ends a turn. */
struct writer {
	struct task *task;
	u32 line;
	bool full;
};

__attribute__((format(printf, 2, 3))) static void emit(struct writer *w, const char *format, ...)
{
	va_list args;

	if (w->full || w->line++ < w->task->report_step)
		return;
	va_start(args, format);
	w->full = !console_own_line(false, format, args);
	va_end(args);
	if (!w->full)
		w->task->report_step++;
}

static const char *access_text(u32 prot)
{
	static const char text[8][4] = { "---", "r--", "-w-", "rw-", "--x", "r-x", "-wx", "rwx" };

	return text[prot & VMM_FLAG_RWX_MASK];
}

/* "CAUSE on ADDRESS, mapped rw-": the fault in words; returns to, of DESCRIPTION bytes. */
static const char *describe(const TaskFault *f, char *to)
{
	const char *why = "", *access = "";

	if (f->kind == TaskFaultException && f->twoStage) {
		why = f->mapped ? ", mapped " : ", nothing mapped";
		access = f->mapped ? access_text(f->mapped) : "";
	} else if (f->kind == TaskFaultException && fault_code(f) == HalExcAccess) {
		why = ", first stage";
	}
	if (f->kind == TaskFaultOutOfMemory || (f->kind == TaskFaultException && f->access))
		format_string(to, DESCRIPTION, "%s on 0x%lx%s%s", fault_name(f), f->address, why,
			      access);
	else
		format_string(to, DESCRIPTION, "%s", fault_name(f));
	return to;
}

static void write_end(struct writer *w)
{
	const struct task *t = w->task;
	char text[DESCRIPTION];

	if (t->exit_status == TaskExitNormal)
		emit(w, "ended: %s (pid %u): exit code %d", t->name, t->pid, t->exit_code);
	else if (t->exit_status == TaskExitTerminated)
		emit(w, "ended: %s (pid %u): terminated", t->name, t->pid);
	else
		emit(w, "ended: %s (pid %u): %s at 0x%lx", t->name, t->pid,
		     describe(&t->fault.fault, text), t->fault.fault.pc);
}

static void write_region(struct writer *w, const char *what, u64 address, const TaskFaultRegion *r)
{
	if (r->size)
		emit(w, "  %s 0x%lx lies in region 0x%lx-0x%lx %s", what, address, r->base,
		     r->base + r->size - 1, access_text(r->access));
	else
		emit(w, "  %s 0x%lx lies in no region", what, address);
}

static void write_place(struct writer *w)
{
	const struct task *t = w->task;
	const TaskFaultRecord *r = &t->fault;
	const TaskFault *f = &r->fault;
	u64 refused = f->twoStage ? f->gpa : f->address;

	emit(w, "  image %s, loaded at 0x%lx", t->path && t->path[0] ? t->path : "(no name)",
	     t->initial.relocBase);
	write_region(w, "pc", f->pc, &r->atPc);
	if (f->access && f->pc != f->address)
		write_region(w, "address", refused, &r->atAddress);
	if (f->twoStage && f->gpa != f->address)
		emit(w, "  guest-physical address 0x%lx", f->gpa);
	if (f->instructionSize)
		emit(w, f->instructionSize == 4 ? "  instruction 0x%08x" : "  instruction 0x%04x",
		     f->instruction);
}

static void write_registers(struct writer *w)
{
	const ThreadCsrs *c = &w->task->fault.csrs;
	const HalTrapFrame *f = &w->task->fault.frame;

	emit(w, "  pc       0x%016lx  scause   0x%016lx  stval    0x%016lx", f->pc, f->scause,
	     f->stval);
	for (unsigned int i = 1; i < 31; i += 3)
		emit(w, "  %s      0x%016lx  %s      0x%016lx  %s      0x%016lx",
		     format_register[i], f->x[i], format_register[i + 1], f->x[i + 1],
		     format_register[i + 2], f->x[i + 2]);
	emit(w, "  t6       0x%016lx  hstatus  0x%016lx  vsstatus 0x%016lx", f->x[31], c->hstatus,
	     c->vsstatus);
	emit(w, "  vstvec   0x%016lx  vsepc    0x%016lx  vscause  0x%016lx", c->vstvec, c->vsepc,
	     c->vscause);
	emit(w, "  vstval   0x%016lx  vsatp    0x%016lx  vsscratch 0x%016lx", c->vstval, c->vsatp,
	     c->vsscratch);
	emit(w, "  vsie     0x%016lx  hvip     0x%016lx", c->vsie, c->hvip);
}

static void write_frames(struct writer *w)
{
	/* One report at a time is written, in many turns, as what it says is found out. */
	static struct backtrace b;
	static Pid pid;

	if (pid != w->task->pid)
		backtrace_begin(w->task, &b);
	pid = w->task->pid;
	if (!backtrace_go_on(w->task, &b))
		w->full = true;
	for (unsigned int i = 0; i < b.count; i++) {
		const struct frame *f = &b.frames[i];

		if (f->function[0])
			emit(w, "  #%u 0x%016lx %s+0x%lx", i, f->pc, f->function, f->offset);
		else
			emit(w, "  #%u 0x%016lx", i, f->pc);
	}
}

static void write_freeze(struct writer *w)
{
	static const char *const handler_text[] = {
		[TaskFaultHandlerVector] = "its trap handler could not run",
		[TaskFaultHandlerFunction] = "its exception handler could not run",
		[TaskFaultHandlerBusy] = "in its exception handler, which ran for",
	};
	const struct task *t = w->task;
	const TaskFaultRecord *r = &t->fault;
	char text[DESCRIPTION];

	emit(w, "frozen: %s (pid %u, thread %u): %s at 0x%lx", t->name, t->pid, r->tid,
	     describe(&r->fault, text), r->fault.pc);
	if (r->handler != TaskFaultHandlerNone)
		emit(w, "  %s: %s", handler_text[r->handler], describe(&r->atHandler, text));
	write_frames(w);
	write_place(w);
	write_registers(w);
}

static void let_go(struct task *task)
{
	if (task->report_holds)
		object_put(&task->object);
	task->report_holds = false;
}

void report_enqueue(struct task *task)
{
	/* A freeze whose block is still waiting is followed by the end's line only. */
	task->report_step = 0;
	if (list_empty(&task->report_link)) {
		list_add_tail(&queue, &task->report_link);
		queued++;
	}
	/* A frozen process stays until its block is out; an end needs the record only. */
	if (task->state == TaskStateFrozen) {
		task->report_holds = true;
		object_get(&task->object);
	} else {
		let_go(task);
	}
	report_pump();
}

bool report_pending(void)
{
	return !list_empty(&queue);
}

bool report_behind(void)
{
	return queued > BACKLOG;
}

void report_pump(void)
{
	while (!list_empty(&queue) && !line_is_exclusive()) {
		struct writer w = { .task = list_first(&queue, struct task, report_link) };

		if (!line_flush(w.task))
			return;
		if (w.task->state == TaskStateFrozen)
			write_freeze(&w);
		else
			write_end(&w);
		if (w.full)
			return;
		list_del(&w.task->report_link);
		queued--;
		let_go(w.task);
		task_free(w.task);
	}
}
