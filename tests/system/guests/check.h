/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks for test guests. A check that fails is printed with what it saw;
 * `return checks_result();` at the end of main() prints one line and gives the
 * exit code. A guest has one source file, so all is static here.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <coresrv/task/task_api.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned checks_done, checks_failed; /* of all threads, on several harts */

static inline void check_true(int line, const char *what, int holds)
{
	__atomic_fetch_add(&checks_done, 1, __ATOMIC_RELAXED);
	if (holds)
		return;
	__atomic_fetch_add(&checks_failed, 1, __ATOMIC_RELAXED);
	printf("FAILED in line %d: %s\n", line, what);
}

static inline void check_rc(int line, const char *call, Retcode expected, Retcode rc)
{
	__atomic_fetch_add(&checks_done, 1, __ATOMIC_RELAXED);
	if (rc == expected)
		return;
	__atomic_fetch_add(&checks_failed, 1, __ATOMIC_RELAXED);
	printf("FAILED in line %d: %s gave %s, expected %s\n", line, call, RtlRetcodeName(rc),
	       RtlRetcodeName(expected));
}

static inline void check_equal(int line, const char *what, long long expected, long long seen)
{
	__atomic_fetch_add(&checks_done, 1, __ATOMIC_RELAXED);
	if (seen == expected)
		return;
	__atomic_fetch_add(&checks_failed, 1, __ATOMIC_RELAXED);
	printf("FAILED in line %d: %s is %lld, expected %lld\n", line, what, seen, expected);
}

/* What has to hold; the guest goes on. */
#define CHECK(condition) check_true(__LINE__, #condition, (condition))
#define CHECK_RC(expected, call) check_rc(__LINE__, #call, expected, call)
#define CHECK_EQUAL(expected, value)                                                               \
	check_equal(__LINE__, #value, (long long)(expected), (long long)(value))

/* A call of POSIX' that fails with that error. */
#define CHECK_ERRNO(expected, call)                                                                \
	do {                                                                                       \
		errno = 0;                                                                         \
		CHECK_EQUAL(-1, call);                                                             \
		CHECK_EQUAL(expected, errno);                                                      \
	} while (0)

/* A step without which the rest makes no sense. */
#define NEED(call)                                                                                 \
	do {                                                                                       \
		Retcode need_rc = (call);                                                          \
                                                                                                   \
		if (need_rc != rcOk) {                                                             \
			printf("FAILED in line %d: %s gave %s\n", __LINE__, #call,                 \
			       RtlRetcodeName(need_rc));                                           \
			exit(EXIT_FAILURE);                                                        \
		}                                                                                  \
	} while (0)

/* A guest that has checked nothing has shown nothing. */
static inline int checks_result(void)
{
	if (!checks_done) {
		checks_failed++;
		printf("FAILED: nothing was checked\n");
	}
	printf("%u checks, %u failed\n", checks_done, checks_failed);
	return checks_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
