/* SPDX-License-Identifier: Apache-2.0 */
#include "inspected.h"

#include "command.h"
#include "fault.h"

#include <coresrv/task/task_api.h>
#include <stdio.h>
#include <string.h>

static bool get_thread(void *context, uint32_t index, struct inspect_thread *thread)
{
	const struct inspected *i = context;
	KnThreadState s;

	if (!target_thread(&i->target, index, &s))
		return false;
	*thread = (struct inspect_thread){
		.tid = s.tid,
		.pc = s.frame.pc,
		.fcsr = s.fcsr,
		.csr = { [INSPECT_VSSTATUS] = s.csrs.vsstatus,
			 [INSPECT_VSIE] = s.csrs.vsie,
			 [INSPECT_VSTVEC] = s.csrs.vstvec,
			 [INSPECT_VSSCRATCH] = s.csrs.vsscratch,
			 [INSPECT_VSEPC] = s.csrs.vsepc,
			 [INSPECT_VSCAUSE] = s.csrs.vscause,
			 [INSPECT_VSTVAL] = s.csrs.vstval,
			 [INSPECT_VSATP] = s.csrs.vsatp,
			 [INSPECT_HVIP] = s.csrs.hvip,
			 [INSPECT_HSTATUS] = s.csrs.hstatus,
			 [INSPECT_SCAUSE] = s.frame.scause,
			 [INSPECT_STVAL] = s.frame.stval },
	};
	memcpy(thread->x, s.frame.x, sizeof(thread->x));
	memcpy(thread->f, s.f, sizeof(thread->f));
	return true;
}

static uint32_t access_of(uint32_t flags)
{
	return (flags & VMM_FLAG_READ ? INSPECT_READ : 0u) |
	       (flags & VMM_FLAG_WRITE ? INSPECT_WRITE : 0u) |
	       (flags & VMM_FLAG_EXECUTE ? INSPECT_EXECUTE : 0u);
}

/* What kind of region it is. */
static void name_region(const struct target *t, struct inspect_region *region)
{
	TaskRegionInfo r;
	const void *before = (const void *)(uintptr_t)(region->base - 1);

	if (KnTaskGetRegionInfo(t->process.handle, before, &r) == rcOk && r.base == region->base)
		snprintf(region->name, sizeof(region->name), "%s", region_text(r.kind));
}

static bool get_region(void *context, bool first, uint64_t after, struct inspect_region *region)
{
	const struct target *t = &((const struct inspected *)context)->target;

	for (size_t i = 0; i < t->region_count; i++) {
		const struct target_region *r = &t->regions[i];

		if (!first && r->base <= after)
			continue;
		*region = (struct inspect_region){ .base = r->base,
						   .size = r->size,
						   .flags = access_of(r->flags) };
		name_region(t, region);
		return true;
	}
	return false;
}

static size_t read_memory(void *context, uint64_t address, void *to, size_t size)
{
	return target_read(&((struct inspected *)context)->target, address, to, size);
}

static uint64_t untouched(void *context, uint64_t address)
{
	const struct inspected *i = context;
	rtl_size_t size;

	return KnTaskGetUntouched(i->target.process.handle, (const void *)(uintptr_t)address,
				  &size) == rcOk
		       ? size
		       : 0;
}

static bool kill_process(void *context)
{
	const struct inspected *i = context;

	return KnTaskTerminateAfterFreezing(i->target.process.handle) == rcOk;
}

static struct inspect_exception exception_of(const TaskFault *f)
{
	return (struct inspect_exception){
		.kind = f->kind,
		.access = access_of(f->access),
		.mapped = access_of(f->mapped),
		.two_stage = f->twoStage,
		.cause = f->cause,
		.pc = f->pc,
		.address = f->address,
		.gpa = f->gpa,
		.instruction = f->instruction,
		.instruction_size = f->instructionSize,
	};
}

static uint32_t second_of(uint32_t handler)
{
	switch (handler) {
	case TaskFaultHandlerVector:
		return INSPECT_SECOND_VECTOR;
	case TaskFaultHandlerFunction:
		return INSPECT_SECOND_FUNCTION;
	case TaskFaultHandlerBusy:
		return INSPECT_SECOND_BUSY;
	}
	return INSPECT_SECOND_NONE;
}

static bool describe(struct inspected *i)
{
	const struct process *p = &i->target.process;
	struct inspect_target *v = &i->view;
	struct inspect_thread thread;
	TaskFaultRecord record;

	if (failed(KnTaskGetFaultRecord(p->handle, &record), "KnTaskGetFaultRecord"))
		return false;
	*v = (struct inspect_target){ .pid = p->info.pid,
				      .load_offset = p->info.relocBase,
				      .entry = p->info.entryAddr,
				      .context = i,
				      .thread = get_thread,
				      .region = get_region,
				      .read = read_memory,
				      .untouched = untouched,
				      .kill = kill_process };
	process_text(p->handle, TaskStringName, v->name, sizeof(v->name));
	process_text(p->handle, TaskStringPath, v->image, sizeof(v->image));
	v->fault.exception = exception_of(&record.fault);
	v->fault.second_is = second_of(record.handler);
	v->fault.second = exception_of(&record.atHandler);
	fault_text(&record.fault, v->fault.text, sizeof(v->fault.text));
	while (v->thread_count < FLOE_THREADS_MAX && get_thread(i, v->thread_count, &thread))
		v->thread_count++;
	return true;
}

bool inspected_open(const char *word, struct inspected *i)
{
	if (!target_open(word, &i->target))
		return false;
	if (describe(i))
		return true;
	target_close(&i->target);
	return false;
}

void inspected_close(struct inspected *i)
{
	target_close(&i->target);
}
