/* SPDX-License-Identifier: Apache-2.0 */
#include "start.h"

#include <coresrv/task/task_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <floe/scp.h>
#include <stdbool.h>
#include <string.h>

static const FloeScpHeader *own_scp;

const FloeScpHeader *floe_own_scp(void)
{
	return own_scp;
}

/* Gives the end of `count` strings that begin at `next`, or NULL; fills `vector` where there is
 * one. */
static char *split(char **vector, size_t count, char *next, const char *end)
{
	for (size_t i = 0; i < count; i++) {
		size_t left = (size_t)(end - next);
		size_t length = strnlen(next, left);

		if (length == left)
			return NULL;
		if (vector)
			vector[i] = next;
		next += length + 1;
	}
	if (vector)
		vector[count] = NULL;
	return next;
}

/* Whether the counts fit the size that they share; a string has at least its NUL. */
static bool header_is_sane(const FloeScpHeader *h, size_t size)
{
	return size >= sizeof(*h) && h->magic == FLOE_SCP_MAGIC && h->size == size &&
	       size <= FLOE_ENV_MAX && h->argCount && h->argCount <= size && h->envCount <= size &&
	       h->handleCount <= (size - sizeof(*h)) / sizeof(FloeScpHandle);
}

/* One region holds the vectors and, behind them, a copy of the page. */
static bool read_scp(const FloeScpHeader *scp, size_t size, struct floe_arguments *arguments)
{
	size_t vectors, total;
	char *copy, *next;

	if (!scp || !header_is_sane(scp, size))
		return false;
	vectors = ((size_t)scp->argCount + scp->envCount + 2) * sizeof(char *);
	total = (vectors + size + FLOE_PAGE_SIZE - 1) / FLOE_PAGE_SIZE * FLOE_PAGE_SIZE;
	arguments->argv = KnVmAllocate(RTL_NULL, total,
				       VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE |
					       VMM_FLAG_COMMIT);
	if (!arguments->argv)
		return false;
	arguments->argc = (int)scp->argCount;
	arguments->envp = arguments->argv + scp->argCount + 1;
	copy = memcpy((char *)arguments->argv + vectors, scp, size);
	next = copy + sizeof(*scp) + scp->handleCount * sizeof(FloeScpHandle);
	next = split(arguments->argv, scp->argCount, next, copy + size);
	next = next ? split(arguments->envp, scp->envCount, next, copy + size) : NULL;
	if (!next || !split(NULL, scp->handleCount, next, copy + size))
		return false;
	own_scp = (const FloeScpHeader *)(const void *)copy;
	return true;
}

static void use_own_name(struct floe_arguments *arguments)
{
	static char *vectors[3]; /* argv[0], the end of argv, the end of envp */
	Pcb *pcb = KnTaskGetPcb();

	vectors[0] = (char *)pcb + pcb->nameOffset;
	*arguments = (struct floe_arguments){ 1, vectors, vectors + 2 };
}

void floe_get_arguments(struct floe_arguments *arguments)
{
	rtl_size_t size;
	const FloeScpHeader *scp = KnTaskGetEnv(&size);

	if (!read_scp(scp, size, arguments))
		use_own_name(arguments);
	if (scp)
		KnTaskFreeEnv();
}
