/* SPDX-License-Identifier: Apache-2.0 */
/* The real numbers of the SBI, with calls that go to the test. */
#ifndef FAKE_ARCH_SBI_H
#define FAKE_ARCH_SBI_H

/* The real file leaves its instructions out for assembly. */
#define __ASSEMBLER__
#include_next "arch/sbi.h"
#undef __ASSEMBLER__

#include "core/types.h"

struct sbi_result {
	i64 error;
	i64 value;
};

/* An IPI: the other hart does at once what it can do without the lock. */
struct sbi_result sbi_call(u64 extension, u64 function, u64 arg0, u64 arg1, u64 arg2);

#endif
