/* SPDX-License-Identifier: Apache-2.0 */
#include "operator.h"

#include "system.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <kos/task.h>
#include <string.h>

/* The page, made for the first operator and kept for those that follow after restarts. */
static OperatorPage *page;
static Handle page_mdl;

static rtl_uint32_t seen;              /* the last request that was begun */
static const struct partition *wanted; /* that it is for, until it is answered */

Retcode operator_connect(Handle task)
{
	rtl_uint32_t access = VMM_FLAG_READ | VMM_FLAG_WRITE;
	void *address;
	Retcode rc = rcOk;

	if (!page) {
		rc = KnPmmMdlCreate(FLOE_PAGE_SIZE, access, &page_mdl);
		if (rc == rcOk)
			rc = KnPmmMdlMap(page_mdl, 0, FLOE_PAGE_SIZE, RTL_NULL, access, &address);
		if (rc == rcOk)
			page = address;
	}
	if (rc == rcOk)
		rc = KosTaskTransferResource(task, page_mdl, INVALID_HANDLE, OCAP_MDL_MAP,
					     OPERATOR_RESOURCE);
	return rc;
}

static void answer(Retcode result)
{
	wanted = NULL;
	page->result = result;
	__atomic_store_n(&page->answered, seen, __ATOMIC_RELEASE);
}

void operator_restarted(const struct partition *p, Retcode result)
{
	if (p == wanted)
		answer(result);
}

/* The page may change at any time: its name is copied before it is looked at. */
static struct partition *find(struct system *s)
{
	char name[FLOE_NAME_MAX];

	memcpy(name, page->name, sizeof(name));
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->partitions[i].manifest->name, name) == 0)
			return &s->partitions[i];
	return NULL;
}

void operator_look(struct system *s)
{
	rtl_uint32_t request = page ? __atomic_load_n(&page->request, __ATOMIC_ACQUIRE) : seen;
	struct partition *p;

	if (request == seen)
		return;
	seen = request;
	p = find(s);
	if (!p) {
		answer(rcResourceNotFound);
	} else if (p->manifest->shell) {
		answer(rcInvalidOperation);
	} else {
		wanted = p;
		restart_now(s, p);
	}
}
