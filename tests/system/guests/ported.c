/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ported programs link with beside the C library's own: signals that a program sends
 * to itself, names of files, what a system says about itself, atomic bytes. With an
 * argument it ends by the signal of that number.
 */
#include "check.h"

#include <coresrv/thread/thread_api.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <task/pcbpage.h>
#include <time.h>
#include <unistd.h>

#define FILE_NAME "/romfs/system.dtb"

static volatile sig_atomic_t handled;

static void handle(int number)
{
	handled = number;
}

static void signals(void)
{
	CHECK(signal(SIGTERM, handle) == SIG_DFL);
	CHECK(raise(SIGTERM) == 0);
	CHECK_EQUAL(SIGTERM, handled);
	CHECK(signal(SIGTERM, SIG_IGN) != SIG_ERR && raise(SIGTERM) == 0);
	CHECK_EQUAL(KnTaskGetId(), getpid());
	CHECK(kill(getpid(), 0) == 0 && kill(getpid(), SIGCHLD) == 0);
	CHECK_ERRNO(ESRCH, kill(getpid() + 1, SIGTERM));
	CHECK_ERRNO(EINVAL, kill(getpid(), -1));
	CHECK_ERRNO(EINVAL, kill(getpid(), 32));
}

static void names(void)
{
	struct stat status, opened;
	int fd = open(FILE_NAME, O_RDONLY);

	CHECK(fstat(fd, &opened) == 0 && close(fd) == 0);
	for (int i = 0; i < 100; i++)
		CHECK(stat(FILE_NAME, &status) == 0); /* keeps no descriptor */
	CHECK(status.st_size == opened.st_size && status.st_mode == opened.st_mode);
	CHECK(access(FILE_NAME, F_OK) == 0 && access(FILE_NAME, R_OK) == 0);
	CHECK_ERRNO(EROFS, access(FILE_NAME, R_OK | W_OK));
	CHECK_ERRNO(EACCES, access(FILE_NAME, X_OK));
	CHECK_ERRNO(EROFS, unlink(FILE_NAME));
	CHECK_ERRNO(EROFS, rename(FILE_NAME, "/romfs/other"));
	CHECK_ERRNO(EROFS, remove(FILE_NAME));
	CHECK_ERRNO(ENOENT, stat("/romfs/absent", &status));
	CHECK_ERRNO(ENOENT, access("/romfs/absent", W_OK));
	CHECK_ERRNO(ENOENT, unlink("/absent"));
	CHECK_ERRNO(ENOENT, rename("/romfs/absent", FILE_NAME));
}

static void system_values(void)
{
	CHECK_EQUAL(4096, sysconf(_SC_PAGESIZE));
	CHECK_EQUAL(CLOCKS_PER_SEC, sysconf(_SC_CLK_TCK));
	CHECK_EQUAL(KnTaskGetGsi()->cpuCount, sysconf(_SC_NPROCESSORS_ONLN));
	CHECK_EQUAL(KnTaskGetGsi()->cpuCount, sysconf(_SC_NPROCESSORS_CONF));
	CHECK_ERRNO(EINVAL, sysconf(-1));
}

/* Each with a neighbour on both sides, which nothing may change. */
static _Atomic uint8_t bytes[4] = { 1, 2, 3, 4 };
static _Atomic uint16_t halves[2] = { 0x1111, 0x2222 };
static _Atomic bool flag;

static void atomics(void)
{
	uint8_t byte = 9;
	uint16_t half = 0x2222;
	bool off = false;

	CHECK_EQUAL(2, atomic_fetch_add(&bytes[1], 255));
	CHECK_EQUAL(1, atomic_fetch_sub(&bytes[1], 3));
	CHECK_EQUAL(254, atomic_fetch_and(&bytes[1], 0x3c));
	CHECK_EQUAL(0x3c, atomic_fetch_or(&bytes[1], 0x80));
	CHECK_EQUAL(0xbc, atomic_fetch_xor(&bytes[1], 0xff));
	CHECK_EQUAL(0x43, __atomic_fetch_nand((uint8_t *)&bytes[1], 0x3, __ATOMIC_SEQ_CST));
	CHECK_EQUAL(0xfc, atomic_exchange(&bytes[1], 5));
	CHECK(!atomic_compare_exchange_strong(&bytes[1], &byte, 7));
	CHECK_EQUAL(5, byte);
	CHECK(atomic_compare_exchange_strong(&bytes[1], &byte, 7));
	CHECK(bytes[0] == 1 && bytes[1] == 7 && bytes[2] == 3 && bytes[3] == 4);
	CHECK(atomic_compare_exchange_strong(&halves[1], &half, 0xffff));
	CHECK_EQUAL(0xffff, atomic_fetch_add(&halves[1], 2));
	CHECK(halves[0] == 0x1111 && halves[1] == 1);
	CHECK(atomic_compare_exchange_strong(&flag, &off, true) && atomic_exchange(&flag, false));
}

static int count(void *which)
{
	for (int i = 0; i < 50000; i++) {
		atomic_fetch_add(&halves[(intptr_t)which & 1], 1);
		atomic_fetch_add(&bytes[(intptr_t)which], 1);
	}
	return 0;
}

/* Threads change what lies in one word at once: nothing is lost. */
static void atomics_at_once(void)
{
	Handle thread[4];
	rtl_int32_t code;
	Tid tid;

	for (intptr_t i = 0; i < 4; i++) {
		bytes[i] = 0;
		halves[i & 1] = 0;
	}
	for (intptr_t i = 0; i < 4; i++)
		NEED(KnThreadCreateByHandle(&thread[i], &tid, ThreadPriorityNormal, 0, RTL_NULL,
					    count, (void *)i, ThreadFlagCreateWaitable));
	for (int i = 0; i < 4; i++)
		NEED(KnThreadWaitByHandle(thread[i], INFINITE_TIMEOUT, &code));
	for (int i = 0; i < 4; i++)
		CHECK_EQUAL(50000 & 0xff, bytes[i]);
	for (int i = 0; i < 2; i++)
		CHECK_EQUAL(100000 & 0xffff, halves[i]);
}

static void say_goodbye(void)
{
	puts("goodbye");
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		raise(atoi(argv[1]));
		return EXIT_SUCCESS;
	}
	signals();
	names();
	system_values();
	atomics();
	atomics_at_once();
	CHECK(atexit(say_goodbye) == 0);
	return checks_result();
}
