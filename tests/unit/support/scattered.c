// SPDX-License-Identifier: Apache-2.0
#include "scattered.h"

#include "unit.h"

void touch(gpa_t base, unsigned int first, unsigned int npages, unsigned int step)
{
	for (unsigned int i = first; i < npages; i += step)
		assert_int_equal(vm_touch(&vm, base + PAGES(i), VMM_FLAG_READ), VM_TOUCH_OK);
}

struct region *scatter(gpa_t base, unsigned int npages)
{
	struct region *r = must_map(base, npages, RW_, REGION_COMMIT);

	touch(base, 0, npages, 2);
	touch(base, 1, npages, 2);
	return r;
}

char *host(gpa_t gpa)
{
	struct pgtable_leaf leaf;

	assert_true(vm_lookup(&vm, gpa, &leaf) || vm_lookup_object(&vm, gpa, &leaf));
	return leaf.page;
}

void drop(struct mdl *mdl)
{
	object_put(&mdl->object);
	object_reap();
}

unsigned int share(gpa_t base, unsigned int npages, Retcode expected, struct mdl **mdl)
{
	unsigned int calls = 0;
	Retcode rc;

	do {
		rc = vm_share(&vm, base, npages, RW_, mdl);
		calls++;
	} while (rc == VM_AGAIN);
	assert_rc(rc, expected);
	assert_null(vm.list);
	return calls;
}
