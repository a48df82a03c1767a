/* SPDX-License-Identifier: Apache-2.0 */
/* What a process finds in its memory when it starts: SCP, stack, PCB. */
#include "core/guest_copy.h"
#include "core/notice.h"
#include "core/slab.h"
#include "core/task.h"

#include <floe/abi.h>
#include <string.h>

/* Maps zeroed memory of the hypervisor's own, read-only for the process. */
static Retcode map_internal(struct vm *vm, u64 bytes, struct region **region)
{
	struct vm_request q = { .npages = page_round_up(bytes) >> PAGE_SHIFT,
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

/* Writes into such memory, which may consist of several pieces. */
static void write_internal(struct region *r, u64 offset, const void *data, u64 bytes)
{
	struct mdl whole = { .mem = r->mem, .npages = r->npages };

	mdl_write(&whole, offset, data, bytes);
}

Retcode task_set_env(struct task *task, gpa_t env, u64 bytes, struct vm *from)
{
	struct region *scp;
	Retcode rc = map_internal(&task->vm, bytes, &scp);

	if (rc != rcOk)
		return rc;
	for (u64 done = 0; done < bytes;) {
		u64 left = 0;
		const void *data = vm_resolve(from, env + done, VMM_FLAG_READ, &left);

		left = min_u64(left, bytes - done);
		write_internal(scp, done, data, left);
		done += left;
	}
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

	write_internal(r, offset, data, bytes);
	pcb->size += (u32)bytes;
	return offset;
}

static void fill_pcb(const struct task *task, struct region *r)
{
	const char *path = task->path ? task->path : "";
	Pcb pcb = { .abiVersion = FLOE_ABI_VERSION,
		    .pid = task->pid,
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
	write_internal(r, 0, &pcb, sizeof(pcb));
}

static u64 pcb_bytes(const struct task *task)
{
	return sizeof(Pcb) + task->elf_hdr_size + strlen(task->name) + strlen(task->eiid) +
	       (task->path ? strlen(task->path) : 0) + 3;
}

static Retcode map_stack(struct task *task, struct region **stack)
{
	struct vm_request q = { .npages = task->stack_size >> PAGE_SHIFT,
				.prot = VMM_FLAG_READ | VMM_FLAG_WRITE,
				.ceiling = VMM_FLAG_RWX_MASK,
				.flags = REGION_COMMIT | REGION_LOW_GUARD | REGION_HIGH_GUARD |
					 REGION_STACK };

	return vm_map(&task->vm, &q, stack);
}

Retcode task_start(struct task *task)
{
	struct region *stack, *pcb;
	struct thread *thread;
	Retcode rc = map_stack(task, &stack);

	if (rc != rcOk)
		return rc;
	rc = map_internal(&task->vm, pcb_bytes(task), &pcb);
	if (rc != rcOk)
		goto no_pcb;
	thread = thread_create(task, task->initial.entryAddr,
			       stack->base + (stack->npages << PAGE_SHIFT));
	if (!thread) {
		rc = rcOutOfMemory;
		goto no_thread;
	}
	fill_pcb(task, pcb);
	task->pcb = pcb;
	sched_set_policy(thread, task->policy, task->priority, task->rr_interval);
	task->state = TASK_RUNNING;
	task->started = true;
	object_get(&task->object);
	sched_wake(thread);
	return rcOk;
no_thread:
	vm_unmap_region(&task->vm, pcb);
no_pcb:
	vm_unmap_region(&task->vm, stack);
	return rc;
}
