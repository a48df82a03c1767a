// SPDX-License-Identifier: Apache-2.0
/*
 * The shell on an API that gives it hostile processes: 100,000 lines, half of
 * them commands, and whatever memory, names, registers and symbols come back. It
 * has to survive, answer, and give back every handle and mapping.
 */
#include "unit.h"

#include "command.h"
#include "editor.h"
#include "input.h"
#include "operator.h"
#include "process.h"

#include <coresrv/console/console_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/trace/trace_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <fcntl.h>
#include <kos/romfs.h>
#include <kos/task.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES 100000
#define PIDS 24u
#define REGIONS 3u /* each larger than a window */
#define REGION_STEP ((u64)0x100000)
#define MEMORY_SIZE ((size_t)0x40000)

static u64 seed = TEST_SEED;

/* All processes see the same bytes; most words in it point into it. */
static u64 memory[MEMORY_SIZE / 8];

static struct {
	unsigned int handles, mappings; /* open ones */
	unsigned int started;           /* of the handles, those that run keeps */
	OperatorPage page;
} fake;

static u64 below(u64 n)
{
	return test_random(&seed) % n;
}

static bool one_in(u64 n)
{
	return below(n) == 0;
}

/* An address that is likely to mean something. */
static u64 some_address(void)
{
	if (one_in(4))
		return test_random(&seed);
	if (one_in(3))
		return REGION_STEP * (1 + below(REGIONS + 1)) - 16 + below(32);
	return REGION_STEP * (1 + below(REGIONS)) + below(MEMORY_SIZE / REGIONS);
}

static void fill(void *to, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((u8 *)to)[i] = (u8)below(256);
}

static Retcode new_handle(Handle *handle, u32 value)
{
	fake.handles++;
	*handle = value;
	return rcOk;
}

/* --- The API as the shell sees it; handles are pids, and others */

#define OTHER_HANDLE 0x1000u

Retcode KnHandleClose(Handle handle)
{
	assert_true(handle && handle != INVALID_HANDLE && fake.handles);
	fake.handles--;
	return rcOk;
}

Retcode KnTaskGetNext(Pid after, Handle *task)
{
	Pid pid = after + 1 + (Pid)below(2);

	if (pid > PIDS || one_in(200))
		return rcResourceNotFound;
	return new_handle(task, pid);
}

static u32 state_of(Handle task)
{
	return task % 4 ? task % 5 : TaskStateFrozen;
}

Retcode KnTaskGetInfo(Handle task, TaskInfo *info)
{
	if (one_in(100))
		return rcHandleRevoked;
	fill(info, sizeof(*info));
	info->pid = task;
	info->state = one_in(50) ? (u32)below(10) : state_of(task);
	info->threads = (u32)below(5);
	if (one_in(2))
		info->relocBase = 0;
	info->symTab = some_address() & ~(u64)7;
	info->strTab = some_address();
	info->symTabSize = one_in(20) ? test_random(&seed) : below(MEMORY_SIZE / 8);
	info->strTabSize = one_in(20) ? test_random(&seed) : below(MEMORY_SIZE);
	return rcOk;
}

Retcode KnTaskGetString(Handle task, TaskString which, char *buf, rtl_size_t size)
{
	size_t length = one_in(10) ? size - 1 : below(size < 20 ? size : 20);

	(void)which;
	if (one_in(50))
		return rcBufferTooSmall;
	if (one_in(2)) {
		snprintf(buf, size, "task%u", (unsigned int)task);
		return rcOk;
	}
	fill(buf, length);
	buf[length] = '\0';
	return rcOk;
}

static TaskFault some_fault(void)
{
	TaskFault f;

	fill(&f, sizeof(f));
	f.kind = (u32)below(4);
	f.cause = one_in(10) ? test_random(&seed) : below(26);
	f.access = (u32)below(3);
	f.twoStage = (u32)below(2);
	return f;
}

Retcode KnTaskGetFaultRecord(Handle task, TaskFaultRecord *record)
{
	if (state_of(task) != TaskStateFrozen)
		return rcInvalidOperation;
	fill(record, sizeof(*record));
	record->fault = some_fault();
	record->atHandler = some_fault();
	record->handler = (u32)below(5);
	return rcOk;
}

Retcode KnTaskGetThreadState(Handle task, unsigned index, KnThreadState *state)
{
	(void)task;
	if (index >= 4)
		return rcResourceNotFound;
	fill(state, sizeof(*state));
	state->tid = index + 1;
	state->frame.pc = some_address();
	for (unsigned int i = 1; i < 32; i++)
		state->frame.x[i] = one_in(2) ? some_address() : some_address() & ~(u64)7;
	if (one_in(2))
		memset(state->f, 0, sizeof(state->f));
	if (!one_in(5))
		state->csrs.vsatp = 0;
	return rcOk;
}

Retcode KnTaskGetThreadInfo(Handle task, Tid after, TaskThreadInfo *info)
{
	fill(info, sizeof(*info));
	info->tid = one_in(10) ? info->tid : after + 1;
	info->state = one_in(10) ? info->state : (u32)below(6);
	return task && one_in(5) ? rcResourceNotFound : rcOk;
}

/* REGIONS regions, each with another part of the memory. */
static bool next_region(u64 after, u64 *base, u64 *size)
{
	u64 n = after / REGION_STEP + 1;

	if (n > REGIONS)
		return false;
	*base = n * REGION_STEP;
	*size = MEMORY_SIZE / REGIONS / PAGE_SIZE * PAGE_SIZE;
	return true;
}

Retcode KnTaskGetRegionInfo(Handle task, const void *after, TaskRegionInfo *info)
{
	fill(info, sizeof(*info));
	if (!task || one_in(100))
		return rcInvalidOperation;
	return next_region((u64)after, &info->base, &info->size) ? rcOk : rcResourceNotFound;
}

Retcode KnTaskGetUntouched(Handle task, const void *addr, rtl_size_t *size)
{
	*size = test_random(&seed);
	return task && addr && one_in(2) ? rcOk : rcInvalidArgument;
}

Retcode KnTaskGetNextVmRegion(Handle task, void *after, void **next, rtl_size_t *size,
			      rtl_uint32_t *flags, Handle *outHandle)
{
	u64 base;

	(void)task;
	if (one_in(100))
		return rcOutOfMemory;
	if (!next_region((u64)after, &base, size))
		return rcResourceNotFound;
	*next = (void *)base;
	*flags = base / REGION_STEP & 1 ? VMM_FLAG_READ | VMM_FLAG_EXECUTE
					: VMM_FLAG_READ | VMM_FLAG_WRITE;
	if (!outHandle)
		return rcOk;
	*outHandle = INVALID_HANDLE;
	return one_in(5) ? rcOk : new_handle(outHandle, OTHER_HANDLE);
}

Retcode KnPmmMdlMap(Handle mdl, rtl_size_t offset, rtl_size_t length, void *hint, rtl_uint32_t prot,
		    void **addr)
{
	(void)hint;
	if (prot & VMM_FLAG_WRITE) {
		*addr = &fake.page;
		return rcOk;
	}
	assert_int_equal(mdl, OTHER_HANDLE);
	assert_true(length && offset + length <= MEMORY_SIZE);
	if (one_in(100))
		return rcOutOfMemory;
	/* Nothing lies behind it that could be read by mistake. */
	*addr = malloc(length);
	memcpy(*addr, (char *)memory + offset, length);
	fake.mappings++;
	return rcOk;
}

Retcode KnPmmMdlGetSize(Handle mdl, rtl_size_t *size)
{
	assert_int_equal(mdl, OTHER_HANDLE);
	*size = sizeof(FloeTraceRing);
	return rcOk;
}

Retcode KnTraceOpen(rtl_uint32_t cpu, Handle *mdl)
{
	return cpu < 3 ? new_handle(mdl, OTHER_HANDLE) : rcResourceNotFound;
}

Retcode KnConsoleSetMode(ConsoleMode mode)
{
	(void)mode;
	return one_in(10) ? rcBusy : rcOk;
}

Retcode KnConsoleWrite(const void *data, rtl_size_t size)
{
	assert_non_null(data);
	assert_true(size <= 65536);
	return rcOk;
}

Retcode KnVmUnmap(void *addr, rtl_size_t size)
{
	assert_true(size && fake.mappings);
	fake.mappings--;
	free(addr);
	return rcOk;
}

Retcode KnTaskTerminate(Handle task)
{
	assert_in_range(task, 1, PIDS);
	return one_in(3) ? rcInvalidOperation : rcOk;
}

Retcode KnTaskTerminateAfterFreezing(Handle task)
{
	return KnTaskTerminate(task);
}

Retcode KnTaskGetIdByHandle(Handle task, Pid *taskId)
{
	*taskId = task;
	return one_in(20) ? rcHandleRevoked : rcOk;
}

Pid KnTaskGetId(void)
{
	return 2;
}

const Gsi *KnTaskGetGsi(void)
{
	static Gsi gsi = { .cpuMask = 0x800b };

	gsi.ticksPerSecond = one_in(10) ? below(2000) : 10000000;
	return &gsi;
}

Retcode KnSysGetCounters(SysCounters *counters)
{
	fill(counters, sizeof(*counters));
	return one_in(10) ? rcSecurityDisallow : rcOk;
}

Retcode KnNoticeCreate(Handle *notice)
{
	return one_in(10) ? rcOutOfMemory : new_handle(notice, OTHER_HANDLE);
}

Retcode KnNoticeSubscribeToObject(Handle notice, Handle object, rtl_uint32_t evMask,
				  rtl_uintptr_t evId)
{
	(void)notice;
	(void)object;
	(void)evMask;
	(void)evId;
	return one_in(10) ? rcHandleRevoked : rcOk;
}

Retcode KnNoticeGetEvent(Handle notice, rtl_uint32_t msDelay, rtl_size_t countMax,
			 EventDesc *events, rtl_size_t *count)
{
	(void)notice;
	(void)msDelay;
	(void)countMax;
	(void)events;
	*count = 0;
	return one_in(3) ? rcOk : rcTimeout;
}

Retcode KnSleep(rtl_uint32_t ms)
{
	(void)ms;
	if (one_in(2)) {
		fake.page.result = one_in(2) ? rcOk : one_in(2) ? rcResourceNotFound : rcFail;
		fake.page.answered = fake.page.request;
	}
	return rcOk;
}

Retcode KnConsoleRead(void *buf, rtl_size_t size, rtl_uint32_t msDelay, rtl_size_t *count)
{
	/* Who waits speaks a protocol, until the line is gone. */
	if (msDelay && one_in(30))
		return rcFail;
	*count = one_in(msDelay ? 2 : 10) ? below(size < 50 ? size : 50) : 0;
	fill(buf, *count);
	return *count ? rcOk : rcTimeout;
}

Retcode KosRomfsMap(const char *name, const void **data, rtl_size_t *size)
{
	(void)name;
	*data = memory;
	*size = below(MEMORY_SIZE);
	return one_in(2) ? rcOk : rcResourceNotFound;
}

Retcode KosTaskLookupResource(const char *name, Handle *handle)
{
	assert_string_equal(name, OPERATOR_RESOURCE);
	return one_in(3) ? rcResourceNotFound : new_handle(handle, OTHER_HANDLE);
}

Retcode KosTaskLaunch(const KosTaskParams *params, const char *name, const char *path, Handle *task)
{
	assert_true(strlen(name) < 64 && path);
	for (const char *const *arg = params->args; *arg; arg++)
		assert_true(strlen(*arg) < EDITOR_LINE);
	if (one_in(2))
		return one_in(2) ? rcAlreadyExists : rcResourceNotFound;
	return new_handle(task, 1 + (Handle)below(PIDS));
}

const char *KosTaskFailedCall(void)
{
	return "KnTaskLoadSeg";
}

const char *RtlRetcodeName(Retcode rc)
{
	(void)rc;
	return "rcSomething";
}

/* --- Lines */

static const char *some_word(char *to, size_t size)
{
	static const char *const words[] = { "1",    "2",     "3",    "4",
					     "8",    "task4", "0x10", "shell",
					     "99",   "-1",    "",     "0",
					     "'a b", "\"",    "nan",  "0xffffffffffffffff",
					     "64",   "65536", "1e5",  "18446744073709551616" };

	if (one_in(4))
		snprintf(to, size, "0x%lx", some_address());
	else if (one_in(8))
		snprintf(to, size, "%.*s", (int)below(size - 1), (const char *)memory + below(999));
	else
		snprintf(to, size, "%s", words[below(ARRAY_SIZE(words))]);
	return to;
}

static void make_line(char *line, size_t size)
{
	size_t count = 0, n;
	char word[40];

	if (one_in(4)) {
		n = below(one_in(2) ? 40 : size - 1);
		for (size_t i = 0; i < n; i++)
			line[i] = (char)(one_in(4) ? ' ' : 1 + below(255));
		line[n] = '\0';
		return;
	}
	while (commands[count].name)
		count++;
	snprintf(line, size, "%s", commands[below(count)].name);
	for (u64 words = below(one_in(50) ? 60 : 5); words; words--) {
		n = strlen(line);
		snprintf(line + n, size - n, " %s", some_word(word, sizeof(word)));
	}
}

static void shown(const char *text, size_t size)
{
	(void)text;
	assert_true(size <= EDITOR_LINE);
}

/* What a command leaves open is what run has started. */
static void run_line(struct editor *e)
{
	command_run(e->line);
	command_over = false;
	assert_int_equal(fake.mappings, 0);
	assert_in_range(fake.handles, 0, 16);
}

/* True: the byte made a line. */
static bool take(struct editor *e, char c)
{
	enum editor_event event = editor_feed(e, c);

	if (event == EDITOR_DONE)
		run_line(e);
	if (event != EDITOR_MORE)
		editor_begin(e);
	return event == EDITOR_DONE;
}

static void test_random_lines(void **state)
{
	static struct editor editor;
	char line[600];
	int out = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY);

	(void)state;
	fill(memory, sizeof(memory));
	for (size_t i = 0; i < MEMORY_SIZE / 8; i += 1 + below(3))
		memory[i] = some_address();
	editor_init(&editor, "floe> ", shown);
	fflush(stdout);
	dup2(null, STDOUT_FILENO);
	for (unsigned int n = 0; n < LINES;) {
		editor_begin(&editor);
		make_line(line, sizeof(line));
		for (const char *c = line; *c; c++)
			n += take(&editor, *c);
		n += take(&editor, '\r');
	}
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	close(null);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_lines),
	};

	return cmocka_run_group_tests_name("shell_fuzz", tests, NULL, NULL);
}
