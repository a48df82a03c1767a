/* SPDX-License-Identifier: Apache-2.0 */
/* What a process finds in its memory when it starts: SCP, stack, PCB. */
#include "core/guest_copy.h"
#include "core/task.h"
#include "core/trace.h"

#include <floe/abi.h>
#include <string.h>

/* Maps zeroed memory of the hypervisor's own, read-only for the process. */
static Retcode map_internal(struct vm *vm, u64 bytes, struct region **region)
{
	struct region q = { .npages = page_round_up(bytes) >> PAGE_SHIFT,
			    .prot = VMM_FLAG_READ,
			    .flags = REGION_INTERNAL };
	Retcode rc;

	q.mem = memobj_create(q.npages);
	if (!q.mem)
		return rcOutOfMemory;
	rc = vm_map(vm, &q, region);
	memobj_put(q.mem);
	return rc;
}

Retcode task_set_env(struct task *task, gpa_t env, u64 bytes, struct vm *from)
{
	struct region *scp;
	Retcode rc = map_internal(&task->vm, bytes, &scp);

	if (rc != rcOk)
		return rc;
	guest_read_object(from, env, scp->mem, 0, bytes);
	if (task->scp)
		vm_unmap_region(&task->vm, task->scp);
	task->scp = scp;
	task->scp_size = bytes;
	return rcOk;
}

Retcode task_free_env(struct task *task)
{
	Pcb *pcb = (Pcb *)(void *)task->pcb->mem->extents[0].start;

	if (!task->scp)
		return rcInvalidOperation;
	vm_unmap_region(&task->vm, task->scp);
	task->scp = NULL;
	pcb->scp = 0;
	pcb->scpSize = 0;
	return rcOk;
}

/* Appends a string or other data to the PCB and gives its offset. */
static u32 append(struct region *r, Pcb *pcb, const void *data, u64 bytes)
{
	u32 offset = pcb->size;

	memobj_write(r->mem, offset, data, bytes);
	pcb->size += (u32)bytes;
	return offset;
}

static void fill_pcb(const struct task *task, struct region *r)
{
	const char *path = task->path ? task->path : "";
	Pcb pcb = { .abiVersion = FLOE_ABI_VERSION,
		    .pid = task->pid,
		    .gsi = VM_GSI,
		    .permissions = task->limits.permissions,
		    .size = sizeof(pcb),
		    .stackSize = task->stack_size,
		    .relocBase = task->initial.relocBase,
		    .symTab = task->symtab,
		    .symTabSize = task->symtab_size,
		    .strTab = task->strtab,
		    .strTabSize = task->strtab_size };

	if (vm_romfs(&pcb.romfsSize))
		pcb.romfs = VM_ROMFS;
	if (task->scp) {
		pcb.scp = task->scp->base;
		pcb.scpSize = task->scp_size;
	}
	/* The header comes first: it is the only part that wants an alignment. */
	pcb.elfHdrSize = task->elf_hdr_size;
	pcb.elfHdrOffset = append(r, &pcb, task->elf_hdr, task->elf_hdr_size);
	pcb.nameOffset = append(r, &pcb, task->name, strlen(task->name) + 1);
	pcb.eiidOffset = append(r, &pcb, task->eiid, strlen(task->eiid) + 1);
	pcb.pathOffset = append(r, &pcb, path, strlen(path) + 1);
	memobj_write(r->mem, 0, &pcb, sizeof(pcb));
}

static u64 pcb_bytes(const struct task *task)
{
	return sizeof(Pcb) + task->elf_hdr_size + strlen(task->name) + strlen(task->eiid) +
	       (task->path ? strlen(task->path) : 0) + 3;
}

Retcode task_start(struct task *task)
{
	struct thread_request q = { .task = task,
				    .start.entry = task->initial.entryAddr,
				    .stack_bytes = task->stack_size,
				    .policy = task->policy,
				    .priority = task->priority,
				    .rr_interval = task->rr_interval,
				    .waitable = true };
	struct region *pcb;
	Retcode rc = map_internal(&task->vm, pcb_bytes(task), &pcb);

	if (rc != rcOk)
		return rc;
	rc = thread_create(&q, &task->initial_thread);
	if (rc != rcOk) {
		vm_unmap_region(&task->vm, pcb);
		return rc;
	}
	fill_pcb(task, pcb);
	task->pcb = pcb;
	task->state = TaskStateRunning;
	object_get(&task->object);
	trace(FloeTraceStart, task->pid, task->initial_thread->tid);
	thread_start(task->initial_thread, false);
	return rcOk;
}
