// SPDX-License-Identifier: Apache-2.0
/* An inspector has the console raw, or exclusively: who writes what, and when. */
#include "unit.h"

#include "console/console.h"
#include "console/line.h"
#include "console/report.h"
#include "fake/fake.h"
#include "support/world.h"

#include <string.h>

static void put(struct task *task, const char *text)
{
	assert_int_equal(line_write(task, text, strlen(text)), strlen(text));
}

/* Everything that there is goes out, and then what it had interrupted. */
static void expect_shown(const char *shown)
{
	while (console_busy())
		console_pump();
	assert_string_equal(fake_output(), shown);
	fake_output_clear();
}

static void test_raw(void **state)
{
	(void)state;
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeRaw), rcOk);
	put(world_self, "floe> \x1b[K");
	expect_shown("floe> \x1b[K");
	put(world_self, "ps\r\n\x01");
	expect_shown("ps\r\n\x01");
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeLine), rcOk);
	expect_shown("\n");
	put(world_self, "x\n");
	expect_shown("[caller] x\n");
}

static void test_lines_of_others(void **state)
{
	struct task *other = world_task_of(world_task("other", TaskStateEmpty));

	(void)state;
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeRaw), rcOk);
	put(other, "no prompt stands\n");
	expect_shown("[other] no prompt stands\n");
	put(world_self, "old\rfloe> p");
	expect_shown("old\rfloe> p");
	/* Several lines, and then once what stood there. */
	put(other, "one\ntwo\n");
	console_printf("three");
	expect_shown("\n[other] one\n[other] two\n[floe] three\nfloe> p");
	put(world_self, "s\n");
	put(other, "four\n");
	expect_shown("s\n[other] four\n");
	/* It writes before the others' lines have gone out. */
	put(world_self, "floe> ");
	put(other, "five\n");
	put(world_self, "x");
	expect_shown("floe> \n[other] five\nfloe> x");
}

static void test_long_raw_lines(void **state)
{
	static char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeRaw), rcOk);
	put(world_self, text);
	expect_shown(text);
	console_printf("y");
	while (console_busy())
		console_pump();
	assert_int_equal(strlen(fake_output()), strlen("\n[floe] y\n") + LINE_MAX);
}

static void test_exclusive(void **state)
{
	Handle h = world_task("child", TaskStateRunning);
	struct task *child = world_task_of(h);
	u64 busy = 0;

	(void)state;
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeExclusive), rcOk);
	assert_int_equal(line_write(child, "x\n", 2), 1);
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	assert_true(report_pending());
	assert_false(console_busy()); /* nobody spins for what has to wait */
	put(world_self, "$OK#9a");
	expect_shown("$OK#9a");
	for (unsigned int i = 0; i < 10; i++, busy += console_busy())
		console_pump();
	assert_int_equal(busy, 0);
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeRaw), rcOk);
	world_settle();
	assert_non_null(strstr(fake_output(), "[child] x\n[floe] ended: child"));
	assert_rc(call(FloeFnHandleClose, h), rcOk);
}

/* A frozen process is ended while its report cannot be shown: that is not waited for. */
static void test_exclusive_end_of_a_frozen_process(void **state)
{
	Handle h = world_task("child", TaskStateRunning);
	struct task *child = world_task_of(h);

	(void)state;
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeExclusive), rcOk);
	task_freeze(child, list_first(&child->threads, struct thread, task_link));
	assert_rc(call(FloeFnTaskTerminateAfterFreezing, h), rcOk);
	assert_rc(call(FloeFnHandleClose, h), rcOk);
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeLine), rcOk);
	world_settle();
	assert_non_null(strstr(fake_output(), "[floe] ended: child"));
	assert_null(strstr(fake_output(), "frozen"));
}

/* Who waits for the end of exclusive use is woken by it, and by nothing before. */
static void test_writers_wait(void **state)
{
	Handle h = world_task("child", TaskStateRunning);
	struct thread *t = list_first(&world_task_of(h)->threads, struct thread, task_link);
	struct thread *self = thread_current();

	(void)state;
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeExclusive), rcOk);
	sched_remove(self, THREAD_BLOCKED);
	assert_ptr_equal(world_run(), t);
	line_wait();
	sched_wake(self);
	assert_ptr_equal(world_run(), self);
	for (unsigned int i = 0; i < 5; i++)
		console_pump();
	assert_int_equal(t->state, THREAD_BLOCKED);
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeRaw), rcOk);
	assert_int_equal(t->state, THREAD_READY);
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	assert_rc(call(FloeFnHandleClose, h), rcOk);
	world_settle();
}

/* Who waits for room has it for himself for a while, in turns. */
static void test_writers_have_turns(void **state)
{
	Handle h[2] = { world_task("a", TaskStateRunning), world_task("b", TaskStateRunning) };
	struct thread *t[2], *self = thread_current();

	(void)state;
	sched_remove(self, THREAD_BLOCKED);
	for (unsigned int i = 0; i < 2; i++) {
		t[i] = list_first(&world_task_of(h[i])->threads, struct thread, task_link);
		assert_ptr_equal(world_run(), t[i]);
		thread_block(WAIT_CONSOLE, &console_waiters, TIME_NEVER);
	}
	sched_wake(self);
	assert_ptr_equal(world_run(), self);
	console_pump();
	assert_int_equal(t[0]->state, THREAD_READY);
	assert_int_equal(t[1]->state, THREAD_BLOCKED);
	/* There is another pump, although nothing is to be written. */
	assert_false(console_busy());
	assert_true(console_is_here());
	console_pump();
	assert_int_equal(t[1]->state, THREAD_READY);
	assert_false(console_is_here());
	for (unsigned int i = 0; i < 2; i++) {
		assert_rc(call(FloeFnTaskTerminate, h[i]), rcOk);
		assert_rc(call(FloeFnHandleClose, h[i]), rcOk);
	}
	world_settle();
}

static void test_who_may(void **state)
{
	struct task *other = world_task_of(world_task("other", TaskStateEmpty));

	(void)state;
	assert_rc(call(FloeFnConsoleSetMode, 3), rcInvalidArgument);
	assert_rc(call(FloeFnConsoleSetMode, ~(u64)0), rcInvalidArgument);
	assert_true(line_set_mode(other, ConsoleModeRaw));
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeRaw), rcBusy);
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeLine), rcOk);
	assert_int_equal(line_write(other, "a", 1), 1);
	expect_shown("a");
	/* Its end gives the console back. */
	task_end(other, TaskExitTerminated, 0);
	expect_shown("\n");
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeExclusive), rcOk);
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeLine), rcOk);
	world_self->limits.permissions = 0;
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeRaw), rcSecurityDisallow);
}

/* The system's end does not wait for the inspector. */
static void test_flush(void **state)
{
	Handle h = world_task("child", TaskStateRunning);

	(void)state;
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeExclusive), rcOk);
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	console_flush();
	assert_non_null(strstr(fake_output(), "ended: child"));
	assert_rc(call(FloeFnHandleClose, h), rcOk);
}

/* --- A device that leaves bytes alone, and a second one beside it --------- */

static char clean_output[256], second_output[256];
static const char *second_input = "";

static u64 append(char *to, u64 room, const char *data, u64 bytes)
{
	u64 used = strlen(to), n = min_u64(bytes, room - 1 - used);

	memcpy(to + used, data, n);
	to[used + n] = 0;
	return n;
}

static u64 write_clean(const struct device_registers *none, const char *data, u64 bytes)
{
	(void)none;
	return append(clean_output, sizeof(clean_output), data, bytes);
}

static u64 write_second(const struct device_registers *none, const char *data, u64 bytes)
{
	(void)none;
	return append(second_output, sizeof(second_output), data, min_u64(bytes, 16));
}

static int read_nothing(const struct device_registers *none)
{
	(void)none;
	return -1;
}

static int read_second(const struct device_registers *none)
{
	(void)none;
	return *second_input ? *second_input++ : -1;
}

static const struct console_device clean = { write_clean, read_nothing, NULL, true };
static const struct console_device line = { write_second, read_second, NULL, true };

static void drain(void)
{
	while (console_busy())
		console_pump();
}

/* Text's lines end with CR LF there; a protocol's bytes stay what they are. */
static void test_clean_device(void **state)
{
	(void)state;
	console_init(&clean, NULL);
	clean_output[0] = 0;
	put(world_self, "one\n");
	assert_int_equal(console_line_size("caller", "one", 3), strlen("[caller] one\r\n"));
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeRaw), rcOk);
	put(world_self, "two\n");
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeExclusive), rcOk);
	put(world_self, "\n\x0a");
	drain();
	assert_string_equal(clean_output, "[caller] one\r\ntwo\r\n\n\n");
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeLine), rcOk);
}

/* With a second line a protocol has that, and nobody waits for it. */
static void test_second_line(void **state)
{
	struct task *other = world_task_of(world_task("other", TaskStateEmpty));

	(void)state;
	console_init(&clean, &line);
	clean_output[0] = 0;
	second_output[0] = 0;
	second_input = "k";
	assert_int_equal(line_read_byte(world_self), -1);
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeExclusive), rcOk);
	assert_false(line_is_exclusive());
	put(world_self, "$OK#9a\n");
	assert_int_equal(line_write(world_self, "sixteen bytes and more", 22), 16);
	put(other, "goes on\n");
	assert_int_equal(line_read_byte(other), -1);
	assert_int_equal(line_read_byte(world_self), 'k');
	drain();
	assert_string_equal(second_output, "$OK#9a\nsixteen bytes an");
	assert_string_equal(clean_output, "[other] goes on\r\n");
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeRaw), rcOk);
	put(world_self, "floe> ");
	drain();
	assert_string_equal(clean_output, "[other] goes on\r\nfloe> ");
	assert_rc(call(FloeFnConsoleSetMode, ConsoleModeLine), rcOk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_raw),
		WORLD_TEST(test_lines_of_others),
		WORLD_TEST(test_long_raw_lines),
		WORLD_TEST(test_exclusive),
		WORLD_TEST(test_exclusive_end_of_a_frozen_process),
		WORLD_TEST(test_writers_wait),
		WORLD_TEST(test_writers_have_turns),
		WORLD_TEST(test_who_may),
		WORLD_TEST(test_flush),
		WORLD_TEST(test_clean_device),
		WORLD_TEST(test_second_line),
	};

	return cmocka_run_group_tests_name("console_modes", tests, NULL, NULL);
}
