/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a process by the steps of the API one by one, as api.md, section 2,
 * lists them; then two that are seeded alike and one that is not, whose
 * addresses say so.
 */
#include "child.h"

#include <coresrv/elf/elf_api.h>
#include <coresrv/notice/notice_api.h>
#include <floe/scp.h>
#include <kos/random/random_api.h>
#include <kos/romfs.h>
#include <rtl/random.h>

CHILD_CODE(crash_at_once, "unimp");

static void load(Handle task)
{
	const void *image;
	VmSeg *segs;
	void *header;
	rtl_size_t size, count, sym_size, str_size, header_size;
	unsigned sym_index, str_index;
	TaskInitialState state;
	rtl_uintptr_t address;

	NEED(KosRomfsMap("exit.elf", &image, &size));
	NEED(KnElfCreateVmSegEx(image, size, &state.entryAddr, &state.relocBase, &segs, &count,
				&sym_index, &sym_size, &str_index, &str_size, &header,
				&header_size));
	CHECK(count >= 3 && sym_index < count && str_index < count && sym_size && str_size);
	for (rtl_size_t i = 0; i < count; i++) {
		if (i == sym_index || i == str_index)
			continue;
		NEED(KnTaskLoadSeg(task, &segs[i], &address));
		CHECK_EQUAL(segs[i].loadAddr, address);
	}
	NEED(KnTaskLoadElfSyms(task, &segs[sym_index], sym_size, &segs[str_index], str_size));
	NEED(KnTaskSetInitialState(task, &state));
	NEED(KnTaskSetElfHdr(task, header, header_size));
	NEED(KnElfFreeVmSeg(segs, count));
}

static void set_arguments(Handle task)
{
	static const char strings[] = "stepchild\0by hand\0"
				      "42";
	struct {
		FloeScpHeader header;
		char strings[sizeof(strings)];
	} scp = { .header = { FLOE_SCP_MAGIC, sizeof(FloeScpHeader) + sizeof(strings), 3, 0, 0,
			      0 } };

	memcpy(scp.strings, strings, sizeof(strings));
	NEED(KnTaskSetEnv(task, &scp, scp.header.size));
}

static void all_steps(void)
{
	char seed[FLOE_SEED_MAX];
	rtl_int32_t code;
	Handle task;

	NEED(KnTaskCreateEx("stepchild", "test.Steps", RTL_NULL, 0x20000, ThreadPriorityNormal,
			    TaskEmpty | TaskExceptionFreezesTask, &task));
	NEED(KosRandomGenerate(sizeof(seed), seed));
	NEED(KnTaskReseedAslr(task, seed, sizeof(seed)));
	RtlRandomMemSanitize(seed, sizeof(seed));
	CHECK(seed[0] == 0 && memcmp(seed, seed + 1, sizeof(seed) - 1) == 0);
	load(task);
	set_arguments(task);
	NEED(KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 3, RTL_NULL));
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
	load(task);
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
	all_steps();
	fewest_steps();
	seeds();
	return checks_result();
}
