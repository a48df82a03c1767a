/* SPDX-License-Identifier: Apache-2.0 */
/* One address space without a process, for tests of core/vm*.c. */
#ifndef UNIT_SUPPORT_SPACE_H
#define UNIT_SUPPORT_SPACE_H

#include "core/vm.h"
#include "vm_snapshot.h"

#define SPACE_LIMIT 1500u
#define BASE ((gpa_t)0x40000000)
#define GUARDS (REGION_LOW_GUARD | REGION_HIGH_GUARD)

extern struct vm vm;

/* cmocka's: after each test everything has to be as before it, to the page. */
int space_setup(void **state);
int space_teardown(void **state);

/* An anonymous region that may become anything; *r is NULL after a failure. */
Retcode map(gpa_t base, u64 npages, u32 prot, u32 flags, struct region **r);
struct region *must_map(gpa_t base, u64 npages, u32 prot, u32 flags);

/* In portions until all is done, or one fails. */
Retcode commit_all(struct vm *space, gpa_t base, u64 npages);
Retcode unmap_all(struct vm *space, gpa_t base, u64 npages);
Retcode decommit_all(struct vm *space, gpa_t base, u64 npages);

/* Does a call fail with that error, and change nothing? */
#define assert_fails(call, error)                                                                  \
	do {                                                                                       \
		struct vm_snapshot *before_ = vm_snapshot(&vm);                                    \
		assert_rc(call, error);                                                            \
		vm_snapshot_compare(before_, &vm);                                                 \
	} while (0)

#define SPACE_TEST(f) cmocka_unit_test_setup_teardown(f, space_setup, space_teardown)

#endif
