// SPDX-License-Identifier: Apache-2.0
#include "support/refused.h"

#include "unit.h"

#include "support/vm_snapshot.h"

void must_refuse(const struct refused_call *c)
{
	struct vm_snapshot *self = vm_snapshot(&world_self->vm);
	u32 handles = world_self->handles.count;
	Retcode rc = world_call(c->function, c->a);

	if (rc != c->rc)
		fail_msg("function %u (0x%lx, 0x%lx, 0x%lx, 0x%lx, 0x%lx): %d instead of %d",
			 (unsigned int)c->function, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4], rc,
			 c->rc);
	assert_int_equal(world_value, 0);
	assert_int_equal(world_self->handles.count, handles);
	vm_snapshot_compare(self, &world_self->vm);
}

void must_refuse_all(const struct refused_call *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		must_refuse(&calls[i]);
}
