// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include "unit.h"

#include "arch/exit.h"
#include "arch/layout.h"
#include "console/console.h"
#include "core/guest_copy.h"
#include "core/lock.h"
#include "core/page.h"
#include "core/slab.h"
#include "fake/fake.h"
#include "memory.h"
#include "space.h"

#include <stdlib.h>
#include <string.h>

#define ROMFS_BYTES (ROMFS_PAGES << PAGE_SHIFT)

char world_romfs[ROMFS_BYTES] __attribute__((aligned(4096)));
static const char trap_page[4096] __attribute__((aligned(4096)));
static const char gsi_page[4096] __attribute__((aligned(4096))) = "GSI";

struct task *world_self;
u64 world_value;
static u64 free_before;

int machine_setup(void **state)
{
	static bool once;

	(void)state;
	fake_reset();
	if (!once) {
		memory_setup();
		if (!vm_system_init(trap_page, gsi_page, world_romfs, ROMFS_BYTES))
			abort();
	}
	once = true;
	free_before = page_count_free();
	return 0;
}

int machine_teardown(void **state)
{
	(void)state;
	memory_fail_end();
	fake_output_room(~(u64)0);
	world_settle();
	assert_int_equal(page_count_free(), free_before);
	return 0;
}

static void map_at(gpa_t base, u64 npages, u32 prot)
{
	struct region q = {
		.base = base, .npages = npages, .prot = prot, .ceiling = VMM_FLAG_RWX_MASK
	};
	struct region *region;

	assert_rc(vm_map(&world_self->vm, &q, &region), rcOk);
	assert_rc(commit_all(&world_self->vm, region->base, region->npages), rcOk);
}

int world_setup(void **state)
{
	struct task_request q = { .name = "caller",
				  .eiid = "test.Caller",
				  .stack_size = PAGE_SIZE,
				  .priority = ThreadPriorityNormal,
				  .flags = TaskEmpty | TaskExceptionTerminatesTask,
				  .limits = { .memoryLimit = 3000 << PAGE_SHIFT,
					      .maxTasks = 100,
					      .permissions = TaskMayInspect | TaskMaySchedule,
					      .cpuMask = 3,
					      .windows = FLOE_NO_WINDOW | 3 } };

	machine_setup(state);
	assert_rc(task_create(&q, &world_self), rcOk);
	map_at(RW_BASE, RW_PAGES, VMM_FLAG_READ | VMM_FLAG_WRITE);
	map_at(RO_BASE, 1, VMM_FLAG_READ);
	map_at(RX_BASE, 4, VMM_FLAG_READ | VMM_FLAG_EXECUTE);
	world_self->initial.entryAddr = RX_BASE;
	world_self->state = TaskStateEntrySet;
	assert_rc(task_start(world_self), rcOk);
	/* Memory for handles comes to stay: that is not what a failed call may leave behind. */
	assert_rc(handle_reserve(&world_self->handles), rcOk);
	/* The running task holds itself. */
	object_put(&world_self->object);
	assert_ptr_equal(world_run()->task, world_self);
	return 0;
}

int world_teardown(void **state)
{
	if (world_self && world_self->state == TaskStateRunning)
		task_end(world_self, TaskExitNormal, 0);
	world_self = NULL;
	return machine_teardown(state);
}

void world_settle(void)
{
	object_reap();
	console_flush();
	object_reap();
}

struct thread *world_run(void)
{
	lock_take();
	guest_exit(NULL, WHY_WORK);
	return fake_hart.current;
}

/* What arch/trap.S does with an ecall of the thread that runs. */
static struct thread *ecall(const u64 *arguments, u64 function, u64 extension)
{
	struct thread *t = fake_hart.current;

	assert_ptr_equal(t->task, world_self);
	memcpy(&t->vcpu.x[10], arguments, 6 * sizeof(u64));
	t->vcpu.x[16] = function;
	t->vcpu.x[17] = extension;
	csr_write(sepc, csr_read(sepc) + 4);
	for (;;) {
		u64 pc = csr_read(sepc), why = hypercall(t);

		csr_write(scause, CAUSE_ECALL_VS);
		if (why)
			guest_exit(fake_hart.current, why);
		if (fake_hart.current != t || csr_read(sepc) == pc)
			return t;
		/* It was woken, and makes the call again. */
		csr_write(sepc, pc);
	}
}

Retcode world_call(u64 function, const u64 *arguments)
{
	const struct thread *t = ecall(arguments, function, FLOE_SBI_EXTENSION);

	world_value = t->vcpu.x[11];
	assert_int_equal(t->vcpu.x[10], (u64)(i64)(Retcode)t->vcpu.x[10]);
	return (Retcode)t->vcpu.x[10];
}

i64 world_sbi(u64 extension, u64 function, const u64 *arguments)
{
	const struct thread *t = ecall(arguments, function, extension);

	world_value = t->vcpu.x[11];
	return (i64)t->vcpu.x[10];
}

struct thread *world_exception(u64 cause, u64 pc, u64 address)
{
	csr_write(scause, cause);
	csr_write(sepc, pc);
	csr_write(stval, address);
	csr_write(htval, address >> 2);
	guest_exit(fake_hart.current, WHY_TRAP);
	return fake_hart.current;
}

void *at(gpa_t gpa)
{
	struct pgtable_leaf leaf;

	assert_true(pgtable_lookup(&world_self->vm.gs, gpa, &leaf));
	return leaf.page;
}

void store(gpa_t gpa, const void *data, u64 bytes)
{
	for (u64 i = 0; i < bytes; i++)
		*(char *)at(gpa + i) = ((const char *)data)[i];
}

u32 load_u32(gpa_t gpa)
{
	u32 value;

	memcpy(&value, at(gpa), sizeof(value));
	return value;
}

u64 load_u64(gpa_t gpa)
{
	u64 value;

	memcpy(&value, at(gpa), sizeof(value));
	return value;
}

struct task *world_task_of(Handle handle)
{
	struct object *object;

	assert_rc(handle_get(&world_self->handles, handle, OBJECT_TASK, 0, &object), rcOk);
	return container_of(object, struct task, object);
}

Handle world_mdl(u64 npages, u32 prot)
{
	FloeSegFromBuf f = { .size = npages << PAGE_SHIFT, .flags = prot };
	u64 base, bytes = f.size;

	if (npages > PAGE_PORTION) {
		assert_rc(call(FloeFnVmAllocate, 0, bytes,
			       VMM_FLAG_RESERVE | VMM_FLAG_READ | VMM_FLAG_WRITE),
			  rcOk);
		base = world_value;
		for (u64 done = 0; done < bytes; done += world_value)
			assert_rc(call(FloeFnVmCommit, base + done, bytes - done, VMM_FLAG_LOCKED),
				  rcOk);
		assert_rc(call(FloeFnVmSegInitFromVm, IN_AT, 0, base, bytes, prot), rcOk);
		for (u64 done = 0; done < bytes; done += world_value)
			assert_rc(call(FloeFnVmUnmap, base + done, bytes - done), rcOk);
		return ((VmSeg *)at(IN_AT))->h;
	}
	store(OUT_AT + 512, &f, sizeof(f));
	assert_rc(call(FloeFnVmSegInitFromBuf, IN_AT, OUT_AT + 512), rcOk);
	return ((VmSeg *)at(IN_AT))->h;
}

void end_space(struct vm *space)
{
	vm_destroy(space, NULL);
	list_del(&space->space.dead);
	while (space->gs.root && !vm_free(space))
		;
	object_reap();
}

Handle world_task(const char *name, TaskState state)
{
	TaskInitialState initial = { .entryAddr = 0x10000 };
	u64 flags = TaskEmpty | TaskExceptionFreezesTask;
	struct task *task;
	Handle h;

	store(NAME_AT, name, strlen(name) + 1);
	store(EIID_AT, "test.Child", 11);
	assert_rc(call(FloeFnTaskCreate, NAME_AT, EIID_AT, 0, PAGE_SIZE, flags << 32, OUT_AT),
		  rcOk);
	h = load_u32(OUT_AT);
	task = world_task_of(h);
	if (state == TaskStateEmpty)
		return h;
	store(IN_AT, &initial, sizeof(initial));
	assert_rc(call(FloeFnTaskSetInitialState, h, IN_AT), rcOk);
	if (state == TaskStateEntrySet)
		return h;
	assert_rc(call(FloeFnTaskResume, h), rcOk);
	if (state == TaskStateFrozen)
		task_freeze(task, list_first(&task->threads, struct thread, task_link));
	else if (state == TaskStateEnded)
		task_end(task, TaskExitNormal, 7);
	assert_ptr_equal(world_run()->task, world_self);
	return h;
}

void let_go(Handle task)
{
	call(FloeFnTaskTerminate, task);
	assert_rc(call(FloeFnHandleClose, task), rcOk);
	world_settle();
}

struct thread *world_thread(u64 flags, u64 stack_bytes)
{
	FloeThreadStart start = { .entry = RX_BASE };

	store(IN_AT, &start, sizeof(start));
	assert_rc(call(FloeFnThreadCreate, OUT_AT, OUT_AT + 4, 3 | flags << 32, stack_bytes, IN_AT),
		  rcOk);
	return container_of(world_self->threads.prev, struct thread, task_link);
}
