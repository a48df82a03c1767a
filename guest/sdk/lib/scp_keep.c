/* SPDX-License-Identifier: Apache-2.0 */
#include "scp_keep.h"

#include <coresrv/task/task_api.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/lock.h>

struct kept {
	struct kept *next;
	Handle task;
	Pid pid; /* tells whether the handle is still the same */
	FloeScpHeader *page;
};

static struct kept *first; /* under the C library's lock */

static Pid pid_of(Handle task)
{
	Pid pid;

	return KnTaskGetIdByHandle(task, &pid) == rcOk ? pid : 0;
}

static void drop(struct kept **link)
{
	struct kept *k = *link;

	*link = k->next;
	free(k->page);
	free(k);
}

static struct kept **find(Handle task)
{
	struct kept **link = &first;

	while (*link && (*link)->task != task)
		link = &(*link)->next;
	return link;
}

static void drop_closed(void)
{
	struct kept **link = &first;

	while (*link)
		if (pid_of((*link)->task) == (*link)->pid)
			link = &(*link)->next;
		else
			drop(link);
}

static Retcode keep(Handle task, FloeScpHeader *page)
{
	struct kept *k;

	drop_closed();
	k = *find(task);
	if (k) {
		free(k->page);
		k->page = page;
		return rcOk;
	}
	k = malloc(sizeof(*k));
	if (!k)
		return rcOutOfMemory;
	*k = (struct kept){ first, task, pid_of(task), page };
	first = k;
	return rcOk;
}

Retcode floe_scp_keep(Handle task, FloeScpHeader *page)
{
	Retcode rc;

	__LIBC_LOCK();
	rc = keep(task, page);
	__LIBC_UNLOCK();
	return rc;
}

const FloeScpHeader *floe_scp_kept(Handle task)
{
	const FloeScpHeader *page;
	const struct kept *k;

	__LIBC_LOCK();
	k = *find(task);
	page = k && k->pid == pid_of(task) ? k->page : NULL;
	__LIBC_UNLOCK();
	return page;
}

void floe_scp_forget(Handle task)
{
	struct kept **link;

	__LIBC_LOCK();
	link = find(task);
	if (*link)
		drop(link);
	__LIBC_UNLOCK();
}
