/* SPDX-License-Identifier: Apache-2.0 */
#include "core/slab.h"

#include "core/list.h"
#include "core/page.h"

/*
 * Sizes that divide what a page has left behind its header without much waste. No smaller
 * ones: a page for each would be what 20 partitions lose by it.
 */
static const u16 class_size[] = { 128, 192, 256, 400, 576, 800, 1008, 1344, SLAB_MAX };

/* Stands at the start of each page of objects. */
struct slab {
	struct list link; /* on its class's list while it has a free object */
	void *free;       /* chain through the free objects' first word */
	u16 used;
	u16 class;
};

#define SLAB_FIRST 32 /* offset of the first object */

_Static_assert(sizeof(struct slab) <= SLAB_FIRST, "the header fits before the first object");

static struct list partial[ARRAY_SIZE(class_size)];

static struct slab *slab_grow(unsigned int class)
{
	struct slab *s = page_alloc(0);
	u64 size = class_size[class];

	if (!s)
		return NULL;
	*s = (struct slab){ .class = (u16) class };
	for (u64 at = SLAB_FIRST; at + size <= PAGE_SIZE; at += size) {
		void **object = (void **)(void *)((char *)s + at);

		*object = s->free;
		s->free = object;
	}
	list_add_head(&partial[class], &s->link);
	return s;
}

/* Only 16 bytes at a time: what every object's size is a multiple of. */
static void *zero(void *object, u64 bytes)
{
	for (u64 *word = object, *end = word + bytes / sizeof(*word); word < end; word += 2)
		word[0] = word[1] = 0;
	return object;
}

void *mem_alloc(size_t bytes)
{
	unsigned int class = 0;
	struct slab *s;
	void **object;

	if (bytes > SLAB_MAX)
		return page_alloc_zero(page_order(bytes));
	while (class_size[class] < bytes)
		class ++;
	if (!partial[class].next)
		list_init(&partial[class]);
	if (!list_empty(&partial[class]))
		s = list_first(&partial[class], struct slab, link);
	else
		s = slab_grow(class);
	if (!s)
		return NULL;

	object = s->free;
	s->free = *object;
	s->used++;
	if (!s->free)
		list_del(&s->link);
	return zero(object, class_size[class]);
}

void slab_free(void *object)
{
	struct slab *s;

	if (!object)
		return;
	s = (struct slab *)(void *)((char *)object - ((u64)object & PAGE_MASK));
	if (!s->free)
		list_add_head(&partial[s->class], &s->link);
	*(void **)object = s->free;
	s->free = object;
	if (--s->used == 0) {
		list_del(&s->link);
		page_free(s, 0);
	}
}

void mem_free(void *object, size_t bytes)
{
	if (bytes <= SLAB_MAX)
		slab_free(object);
	else if (object)
		page_free(object, page_order(bytes));
}
