// SPDX-License-Identifier: Apache-2.0
#include "space.h"

#include "unit.h"

#include "world.h"

struct vm vm;

int space_setup(void **state)
{
	machine_setup(state);
	vm = (struct vm){ .limit = 0 };
	assert_rc(vm_init(&vm, SPACE_LIMIT), rcOk);
	rng_seed(&vm.rng, "seed", 4);
	return 0;
}

int space_teardown(void **state)
{
	memory_fail_end();
	end_space(&vm);
	return machine_teardown(state);
}

Retcode map(gpa_t base, u64 npages, u32 prot, u32 flags, struct region **r)
{
	struct region q = {
		.base = base, .npages = npages, .prot = prot, .ceiling = RWX_, .flags = flags
	};

	*r = NULL;
	return vm_map(&vm, &q, r);
}

struct region *must_map(gpa_t base, u64 npages, u32 prot, u32 flags)
{
	struct region *r;

	assert_rc(map(base, npages, prot, flags, &r), rcOk);
	return r;
}

typedef Retcode portion_fn(struct vm *vm, gpa_t base, u64 npages, u64 *done);

static Retcode in_portions(portion_fn *change, struct vm *space, gpa_t base, u64 npages)
{
	u64 done;
	Retcode rc;

	do {
		rc = change(space, base, npages, &done);
		assert_true(rc != rcOk || done <= npages);
		base += done << PAGE_SHIFT;
		npages -= done;
	} while (rc == rcOk && npages);
	return rc;
}

Retcode commit_all(struct vm *space, gpa_t base, u64 npages)
{
	return in_portions(vm_commit_now, space, base, npages);
}

Retcode unmap_all(struct vm *space, gpa_t base, u64 npages)
{
	return in_portions(vm_unmap, space, base, npages);
}

Retcode decommit_all(struct vm *space, gpa_t base, u64 npages)
{
	return in_portions(vm_decommit, space, base, npages);
}
