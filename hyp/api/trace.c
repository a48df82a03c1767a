/* SPDX-License-Identifier: Apache-2.0 */
/* What inspectors see of the trace. */
#include "api/api.h"
#include "arch/hart.h"

/* (cpu, Handle *) */
Retcode api_trace_open(struct call *c)
{
	struct memobj *mem = (u32)c->a[0] < nharts ? harts[(u32)c->a[0]]->trace_mem : NULL;
	Retcode rc = mem ? handle_reserve(&c->self->handles) : rcResourceNotFound;
	struct mdl *mdl;

	if (rc != rcOk)
		return rc;
	mdl = mdl_create(mem, 0, mem->npages, VMM_FLAG_READ);
	return mdl ? give_handle(c, 1, &mdl->object, OCAP_MDL_FULL) : rcOutOfMemory;
}
