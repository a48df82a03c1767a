/* SPDX-License-Identifier: Apache-2.0 */
/* The caller with a child in every state, an MDL and a notice: what calls are made on. */
#ifndef UNIT_SUPPORT_FAMILY_H
#define UNIT_SUPPORT_FAMILY_H

#include "world.h"

#define USER_END ((u64)1 << 39)

/* Valid inputs in the caller's memory. */
#define TAKEN_AT (NAME_AT + 100)
#define NO_NAME_AT (NAME_AT + 200)
#define LONG_AT (EIID_AT + PAGE_SIZE - 1500) /* 1024 bytes and no NUL */
#define SEG_AT (IN_AT + 0)
#define FREE_SEG_AT (IN_AT + 128) /* the same at a place of the task's choice */
#define STATE_AT (IN_AT + 288)
#define LIMITS_AT (IN_AT + 320)
#define PARAM_AT (IN_AT + 400)
#define FROM_BUF_AT (IN_AT + 480)
#define LAST_BYTE (RO_BASE + PAGE_SIZE - 1)

/* Stand-ins in a table for handles that exist only when it is used. */
enum {
	EMPTY = 0x100000000,
	ENTRY_SET,
	RUNNING,
	FROZEN,
	ENDED,
	WEAK, /* the empty task without a right */
	MDL,
	NOTICE,
	CLOSED,
	STAND_INS_END,
};

extern u64 stand_in[STAND_INS_END - EMPTY];

/* The handle behind a stand-in; anything else is itself. */
u64 resolve(u64 argument);

/* Valid inputs once more. */
void write_inputs(void);

int family_setup(void **state);
int family_teardown(void **state);

struct test_case {
	const char *what;
	u64 function;
	u64 a[6];
	Retcode rc;
};

/* Makes calls, which fail, and sees that nothing is different afterwards. */
void must_fail(const struct test_case *t);
void must_all_fail(const struct test_case *cases, size_t count);

#define FAMILY_TEST(f) cmocka_unit_test_setup_teardown(f, family_setup, family_teardown)

#endif
