/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory objects: committed host memory that partitions map and share, and MDL
 * buffers, the views of one that handles refer to.
 *
 * A memory object lives as long as something refers to it: an MDL or a mapping.
 * Its pages count for the partition that made it, then for its creator, and for every
 * other partition while that has them mapped. A view has an access ceiling;
 * several views of one object may differ.
 *
 * Units: pages. Nothing here blocks.
 */
#ifndef CORE_MEMOBJ_H
#define CORE_MEMOBJ_H

#include "core/object.h"

struct region;

/* Host memory that is contiguous, or a hole: pages that read as zero. Small: there can be many. */
struct extent {
	char *start;       /* NULL: a hole */
	u32 first, npages; /* of the object; addresses have 39 bits */
};

struct memobj {
	struct object object;   /* referred to by MDLs and mappings */
	bool owned;             /* the pages go back to the allocator with the object */
	u16 cache;              /* the cache flag of all mappings: VMM_FLAG_*; 0: write-back */
	u32 access;             /* VMM_FLAG_* that some mapping has, or had */
	u64 npages, committed;  /* with holes and without */
	u32 nextents, capacity; /* extents in use, and room for them */
	struct extent *extents;
	struct extent only;       /* the room for one */
	struct vm *account;       /* whom the pages count for; NULL: nobody */
	struct list account_link; /* among the account's objects */
	struct list mappings;     /* regions */
};

struct mdl {
	struct object object;
	struct memobj *mem;
	u64 first, npages; /* the part of the object that is seen */
	u32 prot;          /* ceiling of every mapping made from it */
};

/* Zeroed memory of npages, or NULL. The caller accounts for it. */
struct memobj *memobj_create(u64 npages);

/* An object without pages, or NULL. */
struct memobj *memobj_create_empty(void);

/*
 * Adds memory (NULL: a hole) behind what there is, joining what is contiguous. False: no
 * memory for a longer list of extents, which cannot happen to the first.
 */
bool memobj_append(struct memobj *mem, void *start, u64 npages);

/* Drops one reference. With the last the object does not count for anybody, and goes. */
void memobj_put(struct memobj *mem);

/* The object type's destructor, of a portion: it puts the rest on the list again. */
void memobj_destroy(struct object *object);

/* Host memory of a page, NULL in a hole, and how many pages are contiguous from there on. */
void *memobj_at(const struct memobj *mem, u64 page, u64 *npages);

/* At so many mappings one call looks, and no more, for that may take long. */
#define MEMOBJ_LOOKS 8192u

/*
 * May [first, first + npages) be mapped with that access? rcSecurityDisallow: that would make a
 * page writable in one place and executable in another. rcQuotaExceeded: there are more mappings
 * to look at than *looks, which those count down. `instead`: a mapping that goes, or NULL. mem
 * NULL: anonymous memory, which is mapped nowhere else.
 */
Retcode memobj_check_wx(struct memobj *mem, u64 first, u64 npages, u32 prot,
			const struct region *instead, u32 *looks);

/* A view with one reference of its own on mem, or NULL (mem is untouched). */
struct mdl *mdl_create(struct memobj *mem, u64 first, u64 npages, u32 prot);

/* The object type's destructor. */
void mdl_destroy(struct object *object);

/* Copies bytes into the object, which has to be large enough. */
void memobj_write(const struct memobj *mem, u64 offset, const void *data, size_t bytes);

#endif
