/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page that all processes read about the machine. Arguments: how many CPUs run
 * processes, and where the device tree was made for it, what it says about caches:
 * block sizes of cbom and cboz, size and block size of i-cache and d-cache.
 */
#include "api-test.h"

#include <kos/random/random_api.h>

/* The timer runs on while a process sleeps, and no call is made to read it. */
static void ticks(const Gsi *gsi)
{
	rtl_uint64_t before = GsiGetTicks(gsi), after;

	CHECK(gsi->ticksPerSecond > 0 && gsi->startTime > 0);
	CHECK(before > 0 && before < 60 * gsi->ticksPerSecond);
	NEED(KnSleep(20));
	after = GsiGetTicks(gsi);
	CHECK(after - before >= gsi->ticksPerSecond / 50);
}

static void cpus(const Gsi *gsi, unsigned count)
{
	unsigned bits = 0;

	for (rtl_uint64_t mask = gsi->cpuMask; mask; mask &= mask - 1)
		bits++;
	CHECK_EQUAL(count, gsi->cpuCount);
	CHECK_EQUAL(count, bits);
}

static void caches(const GsiCaches *c, char *const *expected)
{
	CHECK_EQUAL(atoi(expected[0]), c->cbomBlockSize);
	CHECK_EQUAL(atoi(expected[1]), c->cbozBlockSize);
	CHECK_EQUAL(atoi(expected[2]), c->iCacheSize);
	CHECK_EQUAL(atoi(expected[3]), c->iCacheBlockSize);
	CHECK_EQUAL(atoi(expected[4]), c->dCacheSize);
	CHECK_EQUAL(atoi(expected[5]), c->dCacheBlockSize);
}

/* The hypervisor's own: it can be read, and neither written, unmapped, shared nor replaced. */
static void guarded(const Gsi *gsi)
{
	void *page = (void *)gsi;
	Handle mdl;

	CHECK(((rtl_uintptr_t)gsi & (PAGE - 1)) == 0);
	FAILS(rcTargetFault, KosRandomGenerate(1, page));
	FAILS(rcInvalidOperation, KnVmUnmap(page, PAGE));
	FAILS(rcInvalidOperation, KnVmProtect(page, PAGE, RW));
	FAILS(rcInvalidOperation, KnVmDecommit(page, PAGE));
	FAILS(rcInvalidOperation, KnPmmMdlCreateFromVm(page, PAGE, R, &mdl));
	CHECK(KnVmAllocate(page, PAGE, RW | ON_TOUCH) == RTL_NULL);
}

/* Another process finds the same numbers in its own page. */
static void shared(const Gsi *gsi)
{
	Handle task = another("reader", "reader", 0, RTL_NULL);

	NEED(KnTaskResume(task));
	CHECK_EQUAL((int)(gsi->startTime & 0xff), exit_code_of(task));
}

int main(int argc, char **argv)
{
	const Gsi *gsi = KnTaskGetGsi();

	if (argc < 2 || argv[1][0] == 'r')
		return (int)(gsi->startTime & 0xff);
	touch_stack();
	CHECK(gsi == KnTaskGetGsi());
	ticks(gsi);
	cpus(gsi, (unsigned)atoi(argv[1]));
	if (argc == 8)
		caches(&gsi->caches, argv + 2);
	guarded(gsi);
	shared(gsi);
	return checks_result();
}
