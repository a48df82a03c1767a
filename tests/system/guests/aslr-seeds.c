/* SPDX-License-Identifier: Apache-2.0 */
/*
 * KnTaskReseedAslr: where everything of a process lies that it did not choose
 * itself, and with "images", the load offsets of many images.
 */
#include "api-test.h"

#include <coresrv/elf/elf_api.h>
#include <kos/romfs.h>

enum {
	SEGMENTS = 3,
	REGIONS = 16,
	IMAGES = 1024,
	LOW_BIT = 12,
	HIGH_BIT = 38,
};

struct places {
	rtl_uintptr_t at[REGIONS];
	int count;
};

/* Allocates a page and 64 KiB, anywhere, and crashes. */
CHILD_CODE(allocate_and_crash,
	   "li a0, 0\nli a1, 0x1000\nli a2, 0xb\n" CHILD_CALL(
		   40) "li a0, 0\nli a1, 0x10000\nli a2, 0x1b\n" CHILD_CALL(40) "unimp");

/* A process with that seed, once it is frozen: all its regions but the code, by address. */
static struct places places_of(const void *seed, rtl_size_t size)
{
	Handle task = child_create("seeded", TaskExceptionFreezesTask);
	struct places p = { .count = 0 };
	void *next = RTL_NULL, *reserved;
	rtl_uintptr_t address;
	rtl_uint32_t flags;
	rtl_size_t bytes;
	VmSeg seg;

	NEED(KnTaskReseedAslr(task, seed, size));
	for (int i = 0; i < SEGMENTS; i++) {
		NEED(KnVmSegInitFromBuf(&seg, 0, 0, PAGE << i, RW, 0, RTL_NULL, 0, RTL_NULL, 0));
		NEED(KnTaskLoadSeg(task, &seg, &address));
		NEED(KnHandleClose(seg.h));
	}
	NEED(KnTaskVmReserve(task, RTL_NULL, PAGE, RW, &reserved));
	child_load(task, CHILD(allocate_and_crash));
	NEED(KnTaskResume(task));
	CHECK_EQUAL(EVENT_TASK_FROZEN, wait_for(task));
	while (p.count < REGIONS &&
	       KnTaskGetNextVmRegion(task, next, &next, &bytes, &flags, RTL_NULL) == rcOk)
		if (next != (void *)CHILD_CODE_AT)
			p.at[p.count++] = (rtl_uintptr_t)next;
	NEED(KnTaskTerminateAfterFreezing(task));
	NEED(KnHandleClose(task));
	/* Segments, what was reserved, stack, what it allocated itself. */
	CHECK_EQUAL(SEGMENTS + 1 + 1 + 2, p.count);
	return p;
}

static int in_common(const struct places *a, const struct places *b)
{
	int common = 0;

	for (int i = 0; i < a->count; i++)
		for (int k = 0; k < b->count; k++)
			common += a->at[i] == b->at[k];
	return common;
}

static void seeds(void)
{
	static const char one[FLOE_SEED_MAX] = "the seed of this test, 32 bytes";
	char other[FLOE_SEED_MAX];
	struct places p = places_of(one, sizeof(one)), again, another;

	again = places_of(one, sizeof(one));
	CHECK_EQUAL(p.count, in_common(&p, &again));
	CHECK(memcmp(&p, &again, sizeof(p)) == 0);
	/* Any bit of it matters, of the last byte too, and a shorter one is filled with zeros. */
	for (unsigned byte = 0; byte < sizeof(other); byte += 31) {
		memcpy(other, one, sizeof(other));
		other[byte] ^= 0x80;
		another = places_of(other, sizeof(other));
		CHECK_EQUAL(0, in_common(&p, &another));
	}
	another = places_of(one, 8);
	CHECK_EQUAL(0, in_common(&p, &another));
	memset(other, 0, sizeof(other));
	memcpy(other, one, 8);
	again = places_of(other, sizeof(other));
	CHECK_EQUAL(another.count, in_common(&another, &again));
}

static int compare(const void *a, const void *b)
{
	rtl_uintptr_t x = *(const rtl_uintptr_t *)a, y = *(const rtl_uintptr_t *)b;

	return x < y ? -1 : x > y;
}

/* Load offsets: pages of all of [2 MiB, 512 GiB), every bit of them set half the time. */
static void images(void)
{
	static rtl_uintptr_t base[IMAGES];
	unsigned set[HIGH_BIT + 1] = { 0 }, symbols, strings;
	rtl_size_t size, count, symbols_size, strings_size, header_size;
	rtl_uintptr_t entry;
	const void *image;
	void *header;
	VmSeg *segs;
	char name[64];

	NEED(KnTaskGetPath(name, sizeof(name)));
	NEED(KosRomfsMap(name, &image, &size));
	for (int i = 0; i < IMAGES; i++) {
		NEED(KnElfCreateVmSegEx(image, size, &entry, &base[i], &segs, &count, &symbols,
					&symbols_size, &strings, &strings_size, &header,
					&header_size));
		NEED(KnElfFreeVmSeg(segs, count));
		CHECK(base[i] % PAGE == 0 && base[i] >= 2ul << 20 && base[i] < 1ul << 39);
		for (int bit = LOW_BIT; bit <= HIGH_BIT; bit++)
			set[bit] += base[i] >> bit & 1;
	}
	/* Five standard deviations of 16 each; the lowest window is kept free, the image has a
	 * size. */
	for (int bit = LOW_BIT; bit <= HIGH_BIT; bit++)
		CHECK(set[bit] > IMAGES / 2 - 80 && set[bit] < IMAGES / 2 + 80);
	qsort(base, IMAGES, sizeof(base[0]), compare);
	for (int i = 1; i < IMAGES; i++)
		CHECK(base[i] != base[i - 1]);
}

int main(int argc, char **argv)
{
	touch_stack();
	if (argc > 1 && strcmp(argv[1], "images") == 0)
		images();
	else
		seeds();
	return checks_result();
}
