/* SPDX-License-Identifier: Apache-2.0 */
/* What every unit test includes: cmocka, the helpers, and a generator of its own. */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/types.h"
#include "support/memory.h"

#define assert_rc(expression, expected) assert_int_equal((expression), (expected))

/* Numbers that are the same in every run (xorshift). */
static inline u64 test_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Access, as the API has it. */
#define R_ VMM_FLAG_READ
#define RW_ (VMM_FLAG_READ | VMM_FLAG_WRITE)
#define RX_ (VMM_FLAG_READ | VMM_FLAG_EXECUTE)
#define RWX_ ((u32)VMM_FLAG_RWX_MASK)

#define TEST_SEED ((u64)0x9e3779b97f4a7c15)

#endif
