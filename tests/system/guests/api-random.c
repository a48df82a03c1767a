/* SPDX-License-Identifier: Apache-2.0 */
/* KosRandomGenerate, RtlRandomMemSanitize and RtlRetcodeName. */
#include "api-test.h"

#include <kos/random/random_api.h>
#include <rtl/random.h>

enum {
	MOST = 65536,
};

static unsigned char bytes[MOST + 64];

/* Exactly so many bytes become others, wherever they begin. */
static void sizes(void)
{
	static const rtl_size_t size[] = { 1, 2, 7, 31, 32, 33, 4095, 4096, 4097, MOST };

	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		unsigned beside = 0, zeros = 0;

		memset(bytes, 0, sizeof(bytes));
		CHECK_RC(rcOk, KosRandomGenerate(size[i], bytes + 13));
		for (rtl_size_t b = 0; b < sizeof(bytes); b++)
			if (b >= 13 && b < 13 + size[i])
				zeros += bytes[b] == 0;
			else
				beside += bytes[b] != 0;
		CHECK_EQUAL(0, beside);
		if (size[i] >= 31) /* a 256th of them, and hardly a tenth */
			CHECK(zeros < size[i] / 10 + 3);
	}
}

static void errors(void)
{
	char *edge = KnVmAllocate((void *)0x60000000ul, PAGE, RW | AT_ONCE | VMM_FLAG_HIGH_GUARD);

	FAILS(rcInvalidArgument, KosRandomGenerate(0, bytes));
	FAILS(rcInvalidArgument, KosRandomGenerate(8, RTL_NULL));
	FAILS(rcBufferTooLarge, KosRandomGenerate(MOST + 1, bytes));
	FAILS(rcBufferTooLarge, KosRandomGenerate((rtl_size_t)-1, bytes));
	FAILS(rcTargetFault, KosRandomGenerate(8, NOWHERE));
	FAILS(rcTargetFault, KosRandomGenerate(8, KnTaskGetPcb()));
	FAILS(rcTargetFault, KosRandomGenerate(8, edge + PAGE - 4));
	for (rtl_size_t i = 0; i < 4; i++)
		CHECK_EQUAL(0, edge[PAGE - 4 + i]); /* not a part of it */
	NEED(KnVmUnmap(edge, PAGE));
}

/* Each of 256 values about as often as it should be, and no two results alike. */
static void spread(void)
{
	unsigned count[256] = { 0 };
	rtl_uint64_t last = 0, now = 0;

	CHECK_RC(rcOk, KosRandomGenerate(MOST, bytes));
	for (int i = 0; i < MOST; i++)
		count[bytes[i]]++;
	for (int i = 0; i < 256; i++)
		CHECK(count[i] > 160 && count[i] < 360); /* 256, six standard deviations around */
	for (int i = 0; i < 1000; i++, last = now) {
		CHECK_RC(rcOk, KosRandomGenerate(sizeof(now), &now));
		CHECK(now != last);
	}
}

/* The compiler sees that nobody reads the seed again. */
static void wipe(void)
{
	static char *where;
	char seed[32];

	where = seed;
	memset(seed, 'x', sizeof(seed));
	RtlRandomMemSanitize(seed + 1, sizeof(seed) - 2);
	CHECK(where[0] == 'x' && where[31] == 'x');
	for (int i = 1; i < 31; i++)
		CHECK_EQUAL(0, where[i]);
	RtlRandomMemSanitize(seed, 0);
	CHECK_EQUAL('x', where[0]);
}

static void names(void)
{
	CHECK(strcmp(RtlRetcodeName(rcOk), "rcOk") == 0);
	CHECK(strcmp(RtlRetcodeName(rcDeviceNotFound), "rcDeviceNotFound") == 0);
	CHECK(strcmp(RtlRetcodeName(rcDeviceNotFound - 1), "unknown retcode") == 0);
	CHECK(strcmp(RtlRetcodeName(1), "unknown retcode") == 0);
	CHECK(strcmp(RtlRetcodeName(INT32_MIN), "unknown retcode") == 0);
}

int main(void)
{
	touch_stack();
	memset(bytes, 1, sizeof(bytes));
	sizes();
	errors();
	spread();
	wipe();
	names();
	return checks_result();
}
