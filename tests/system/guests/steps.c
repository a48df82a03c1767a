/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes processes by the steps of the API one by one, as api.md, section 2,
 * lists them: position-independent ones, fixed ones, ones without symbols, one
 * whose two writable segments share a buffer; then two that are seeded alike and
 * one that is not, whose addresses say so.
 */
#include "child.h"

#include <coresrv/elf/elf_api.h>
#include <coresrv/notice/notice_api.h>
#include <floe/scp.h>
#include <kos/random/random_api.h>
#include <kos/romfs.h>
#include <rtl/random.h>

CHILD_CODE(crash_at_once, "unimp");

#define FIRST_AT 0x20000000ul
#define SECOND_AT 0x30000000ul

/* Writes through one segment, reads through the other, and exits with the sum of both words. */
CHILD_CODE(through_both, "li t0, 0x20000000\nli t1, 0x30000000\nlw t2, 0(t1)\naddi t2, t2, 5\n"
			 "sw t2, 64(t0)\nlw a0, 64(t1)\n" CHILD_CALL(18));

static void seed(Handle task)
{
	char bytes[FLOE_SEED_MAX];

	NEED(KosRandomGenerate(sizeof(bytes), bytes));
	NEED(KnTaskReseedAslr(task, bytes, sizeof(bytes)));
	RtlRandomMemSanitize(bytes, sizeof(bytes));
	CHECK(bytes[0] == 0 && memcmp(bytes, bytes + 1, sizeof(bytes) - 1) == 0);
}

/* All segments, the tables where it has some, entry and header. */
static void load(Handle task, const char *name)
{
	const void *image;
	VmSeg *segs;
	void *header;
	rtl_size_t size, count, sym_size, str_size, header_size;
	unsigned sym_index, str_index;
	TaskInitialState state;
	rtl_uintptr_t address;

	NEED(KosRomfsMap(name, &image, &size));
	NEED(KnElfCreateVmSegEx(image, size, &state.entryAddr, &state.relocBase, &segs, &count,
				&sym_index, &sym_size, &str_index, &str_size, &header,
				&header_size));
	for (rtl_size_t i = 0; i < count; i++) {
		if (i == sym_index || i == str_index)
			continue;
		NEED(KnTaskLoadSeg(task, &segs[i], &address));
		CHECK_EQUAL(segs[i].loadAddr, address);
	}
	if (sym_size)
		NEED(KnTaskLoadElfSyms(task, &segs[sym_index], sym_size, &segs[str_index],
				       str_size));
	NEED(KnTaskSetInitialState(task, &state));
	NEED(KnTaskSetElfHdr(task, header, header_size));
	NEED(KnElfFreeVmSeg(segs, count));
}

/* argv: the name, "by hand", and what it shall do. */
static void set_arguments(Handle task, const char *name, const char *what)
{
	struct {
		FloeScpHeader header;
		char strings[64];
	} scp = { .header = { FLOE_SCP_MAGIC, 0, 3, 0, 0, 0 } };
	char *end = scp.strings;

	end = stpcpy(end, name) + 1;
	end = stpcpy(end, "by hand") + 1;
	end = stpcpy(end, what) + 1;
	scp.header.size = (rtl_uint32_t)(end - (char *)&scp);
	NEED(KnTaskSetEnv(task, &scp, scp.header.size));
}

static Handle start(const char *name, const char *image, const char *what)
{
	Handle task;

	NEED(KnTaskCreateEx(name, "test.Steps", RTL_NULL, 0x20000, ThreadPriorityNormal,
			    TaskEmpty | TaskExceptionFreezesTask, &task));
	seed(task);
	load(task, image);
	set_arguments(task, name, what);
	NEED(KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 3, RTL_NULL));
	NEED(KnTaskSetInitialThreadPriority(task, 4));
	NEED(KnTaskResume(task));
	child_wait(task);
	return task;
}

static void all_steps(const char *name, const char *image)
{
	Handle task = start(name, image, "42");
	TaskExitStatus status;
	rtl_int32_t code;

	NEED(KnTaskGetExitStatus(task, &status));
	CHECK_EQUAL(TaskExitNormal, status);
	NEED(KnTaskGetExitCode(task, &code));
	CHECK_EQUAL(42, code);
	NEED(KnHandleClose(task));
}

/* It freezes; its report has names where it has symbols, and addresses where not. */
static void all_steps_to_a_crash(const char *name, const char *image)
{
	Handle task = start(name, image, "crash");
	HalExceptionCode code;
	HalArchException cause;
	HalTrapFrame frame;

	NEED(KnTaskGetExceptionInfo(task, &code, &cause, &frame));
	CHECK(code == HalExcAccess && cause == 21 && frame.stval == 0);
	NEED(KnTaskTerminateAfterFreezing(task));
	NEED(KnHandleClose(task));
}

static void two_segments_of_one_buffer(void)
{
	static const int word = 37;
	const TaskInitialState state = { CHILD_CODE_AT, 0 };
	rtl_uintptr_t address;
	rtl_int32_t code;
	VmSeg text, data;
	Handle task;

	NEED(KnTaskCreateEx("two-segments", "test.Steps", RTL_NULL, 0, ThreadPriorityNormal,
			    TaskEmpty | TaskExceptionTerminatesTask, &task));
	seed(task);
	NEED(KnVmSegInitFromBuf(&text, CHILD_CODE_AT, 0, FLOE_PAGE_SIZE,
				VMM_FLAG_READ | VMM_FLAG_EXECUTE, 0, RTL_NULL, 0, through_both,
				(rtl_size_t)(through_both_end - through_both)));
	NEED(KnVmSegInitFromBuf(&data, FIRST_AT, 0, FLOE_PAGE_SIZE, VMM_FLAG_READ | VMM_FLAG_WRITE,
				0, RTL_NULL, 0, &word, sizeof(word)));
	NEED(KnTaskLoadSeg(task, &text, &address));
	NEED(KnTaskLoadSeg(task, &data, &address));
	CHECK_EQUAL(FIRST_AT, address);
	data.loadAddr = SECOND_AT;
	NEED(KnTaskLoadSeg(task, &data, &address));
	CHECK_EQUAL(SECOND_AT, address);
	NEED(KnHandleClose(text.h));
	NEED(KnHandleClose(data.h));
	NEED(KnTaskSetInitialState(task, &state));
	NEED(KnTaskResume(task));
	child_wait(task);
	NEED(KnTaskGetExitCode(task, &code));
	CHECK_EQUAL(42, code);
	NEED(KnHandleClose(task));
}

/* A process without anything that may be left out. */
static void fewest_steps(void)
{
	rtl_int32_t code;
	Handle task;

	NEED(KnTaskCreate("bare-steps", "test.Steps", RTL_NULL, 0, ThreadPriorityNormal, &task));
	load(task, "exit.elf");
	NEED(KnTaskResume(task));
	child_wait(task);
	NEED(KnTaskGetExitCode(task, &code));
	CHECK_EQUAL(0, code);
	NEED(KnHandleClose(task));
}

struct addresses {
	rtl_uintptr_t first, second, stack;
};

static struct addresses addresses_with_seed(const char *seed)
{
	Handle task = child_create("seeded", TaskExceptionFreezesTask);
	struct addresses a;
	KnThreadContext context;
	VmSeg seg;

	NEED(KnTaskReseedAslr(task, seed, strlen(seed)));
	NEED(KnVmSegInitFromBuf(&seg, 0, 0, FLOE_PAGE_SIZE, VMM_FLAG_READ, 0, RTL_NULL, 0, seed,
				1));
	NEED(KnTaskLoadSeg(task, &seg, &a.first));
	NEED(KnTaskLoadSeg(task, &seg, &a.second));
	NEED(KnHandleClose(seg.h));
	child_load(task, CHILD(crash_at_once));
	NEED(KnTaskResume(task));
	child_wait(task);
	NEED(KnTaskGetThreadContext(task, 0, &context));
	a.stack = context.frame.x[2];
	NEED(KnTaskTerminateAfterFreezing(task));
	NEED(KnHandleClose(task));
	return a;
}

static void seeds(void)
{
	struct addresses a = addresses_with_seed("first seed"),
			 b = addresses_with_seed("first seed"),
			 c = addresses_with_seed("other seed");

	CHECK(a.first == b.first && a.second == b.second && a.stack == b.stack);
	CHECK(a.first != c.first && a.second != c.second && a.stack != c.stack);
	CHECK(a.first != a.second);
}

int main(void)
{
	all_steps("stepchild", "exit.elf");
	all_steps("fixed-steps", "fixed.elf");
	all_steps("no-symbols", "stripped.elf");
	all_steps_to_a_crash("named", "fixed.elf");
	all_steps_to_a_crash("nameless", "stripped.elf");
	two_segments_of_one_buffer();
	fewest_steps();
	seeds();
	return checks_result();
}
