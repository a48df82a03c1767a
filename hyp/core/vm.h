/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition's memory: its guest-physical address space of regions behind
 * G-stage tables.
 *
 * A region is backed by a memory object, or is anonymous: its pages then
 * belong to it alone and appear on first touch or by a commit. Ranges are
 * page aligned, sizes are in pages where a parameter says npages, else bytes.
 *
 * How memory is cached is a property of its pages: anonymous ones have it from
 * their region, and an object made of them passes it on to all its mappings, so that no
 * page is ever mapped with two types. The hypervisor has all memory mapped
 * write-back, so it flushes pages when they come to be of another type and when
 * they go, and leaves them alone in between: vm_resolve() refuses them.
 *
 * Every call checks everything first; one that fails has changed nothing.
 *
 * Address space: a guest may choose [VM_USER_MIN, VM_USER_END); automatic
 * addresses lie in [VM_AUTO_MIN, VM_AUTO_END); behind that lies the system
 * window with the trap page, the GSI and ROMFS, one table shared by all partitions.
 */
#ifndef CORE_VM_H
#define CORE_VM_H

#include "arch/pgtable.h"
#include "arch/vmid.h"
#include "core/memobj.h"
#include "core/rng.h"

#define VM_USER_MIN ((gpa_t)0x1000)
#define VM_USER_END ((gpa_t)1 << 39)
#define VM_AUTO_MIN ((gpa_t)1 << 39)
#define VM_AUTO_END VM_SYSTEM
#define VM_SYSTEM (((gpa_t)1 << 40) - ((gpa_t)1 << 30))
#define VM_END ((gpa_t)1 << 40)
#define VM_TRAP_PAGE VM_SYSTEM /* arch/trap.S knows it as well */
#define VM_GSI (VM_SYSTEM + PAGE_SIZE)
#define VM_ROMFS (VM_SYSTEM + ((gpa_t)1 << 21))
#define VM_ROMFS_MAX (((u64)1 << 30) - ((u64)1 << 21)) /* the rest of the window */

#define VM_REGIONS_MAX 1024

/* Instead of a result: a portion was done, and the call is to be made again. Not a Retcode. */
#define VM_AGAIN ((Retcode)INT32_MIN)

/* What a guest may ask for has the bits of its VMM_FLAG_*. */
enum {
	REGION_COMMIT = VMM_FLAG_COMMIT, /* anonymous pages appear on first touch */
	REGION_LOCKED = VMM_FLAG_LOCKED, /* whole-region commits were asked for */
	REGION_LOW_GUARD = VMM_FLAG_LOW_GUARD,
	REGION_HIGH_GUARD = VMM_FLAG_HIGH_GUARD,
	REGION_GROW_DOWN = VMM_FLAG_GROW_DOWN, /* touched from its end downwards */
	REGION_INTERNAL = 1u << 0,             /* the hypervisor's own: PCB, SCP */
	REGION_RESERVED = 1u << 1,             /* by the creator (KnTaskVmReserve) */
	REGION_CHARGED = 1u << 2, /* its object counts for another partition, and here as well */
	REGION_STACK = 1u << 3,   /* of a thread, with which it goes */
	REGION_LEFT = 1u << 12,   /* its pages were an object's, in a space that ends */
};

struct region {
	struct list link; /* in the vm's list, by address */
	gpa_t base;
	u64 npages;
	u32 prot;             /* VMM_FLAG_READ, WRITE, EXECUTE, and the cache flag */
	u32 ceiling;          /* the most that it may become, or be shared with */
	u32 flags;            /* REGION_* */
	struct memobj *mem;   /* NULL: anonymous */
	u64 mem_first;        /* first page in mem */
	struct list map_link; /* among mem's mappings */
};

struct vm {
	struct pgtable gs;
	struct vmid_tags tags;
	const struct vcpu *paging; /* the last one of these that had a first stage, on any hart */
	struct list regions;
	u32 nregions;
	bool allow_rwx;
	bool uncached;       /* has or had pages of its own that are not write-back */
	u64 used, limit;     /* pages charged beside the tables, and how many may be */
	struct list objects; /* memory objects that count here */
	struct memobj *list; /* what is to be shared, as far as that was gone through, or NULL */
	gpa_t list_base, list_end;
	struct rng rng;      /* automatic addresses */
	gpa_t window;        /* where they begin; 0: not chosen yet */
	struct object space; /* of OBJECT_SPACE; it has a reference until vm_destroy() */
};

/*
 * Boot: the system window, of the trap page, the page with the GSI, and ROMFS,
 * which is page aligned, or NULL where there is none.
 */
bool vm_system_init(const void *trap_page, const void *gsi, void *romfs, u64 romfs_bytes);

/* A page of zeros that is mapped read-only where a memory object has a hole. */
extern void *vm_zero_page;

/* The memory object behind the ROMFS image; NULL without one. */
struct memobj *vm_romfs(u64 *bytes);

/* An empty address space with the system window. rcOk or rcOutOfMemory. */
Retcode vm_init(struct vm *vm, u64 limit_pages);

/*
 * The end: nothing runs in it any more. Memory that others still hold counts for heir from now
 * on; NULL: for nobody. What is the space's own goes later, by vm_free().
 */
void vm_destroy(struct vm *vm, struct vm *heir);

/* Frees a portion of a space that has ended; true: that was the last one. */
bool vm_free(struct vm *vm);

/* Pages charged, tables included. */
static inline u64 vm_used(const struct vm *vm)
{
	return vm->used + vm->gs.ntables;
}

/* Counts pages against the limit; rcQuotaExceeded. */
Retcode vm_charge(struct vm *vm, u64 npages);

static inline void vm_uncharge(struct vm *vm, u64 npages)
{
	vm->used -= npages;
}

/* Makes mem count for vm; charge first. */
void vm_own(struct vm *vm, struct memobj *mem);

/*
 * Maps a region that is to be as the request, which has no links: base 0 leaves the choice, and
 * the cache flag in prot is for anonymous memory. rcAlreadyExists: the range is not free.
 * rcOutOfMemory: no room or memory. rcQuotaExceeded. rcSecurityDisallow: breaks W^X.
 */
Retcode vm_map(struct vm *vm, const struct region *request, struct region **region);

/*
 * Unmaps a range that regions cover without a gap; regions are split at its
 * ends. rcInvalidOperation: not covered, the hypervisor's own, or a thread's
 * stack. In portions: *done pages, the first ones, have gone when it returns. It is called
 * again for the others, which cannot fail unless somebody has changed them.
 */
Retcode vm_unmap(struct vm *vm, gpa_t base, u64 npages, u64 *done);

/* The same for a range that whole regions cover, of whatever kind; how many have gone. */
u64 vm_unmap_regions(struct vm *vm, gpa_t base, u64 npages);

/*
 * Every page of a range that anonymous regions cover gets memory on its first touch.
 * rcInvalidOperation: not covered, or an MDL is mapped there. rcQuotaExceeded: too many
 * regions. rcOutOfMemory. All of it at once: *done is npages. But where one of the regions is
 * REGION_LOCKED, it does as vm_commit_now().
 */
Retcode vm_commit(struct vm *vm, gpa_t base, u64 npages, u64 *done);

/*
 * The same now, in portions: it checks the whole range, and that there is memory for it, then
 * commits it and gives the first *done pages memory, maybe 0. It is called again for the
 * others, which fails if memory has gone meanwhile; what was done is as if touched.
 */
Retcode vm_commit_now(struct vm *vm, gpa_t base, u64 npages, u64 *done);

/*
 * Takes the memory of such a range away: all of it is reserved then, and *done pages, the first
 * ones, have gone, as with vm_unmap(). Errors as above.
 */
Retcode vm_decommit(struct vm *vm, gpa_t base, u64 npages, u64 *done);

/*
 * Changes the access of a covered range. rcNoCapability: wider than an MDL's
 * access; rcSecurityDisallow: breaks W^X.
 */
Retcode vm_protect(struct vm *vm, gpa_t base, u64 npages, u32 prot);

/* Unmaps and forgets one region of the hypervisor's own. */
void vm_unmap_region(struct vm *vm, struct region *region);

/*
 * An MDL of the committed pages of a range that lies in one region, or in
 * ROMFS. Anonymous pages become a memory object that the region then maps, all in one step
 * after the object's list of pages was made in portions (VM_AGAIN); whoever shares something
 * else meanwhile first helps with that.
 * rcInvalidOperation: not committed, no such region, or the hypervisor's own.
 * rcNoCapability: prot is wider than what the region may be.
 */
Retcode vm_share(struct vm *vm, gpa_t base, u64 npages, u32 prot, struct mdl **mdl);

/*
 * An MDL, read-only, of a whole region of a partition that does not run any
 * more; what was never touched reads as zero. *mdl is NULL where nothing was.
 * In portions as well. rcOutOfMemory.
 */
Retcode vm_share_frozen(struct vm *vm, const struct region *r, struct mdl **mdl);

/*
 * Of the memory from an address on that lies in one region: how many bytes have no page yet
 * for sure, and read as zero. 0: there is one, or no region.
 */
u64 vm_untouched(const struct vm *vm, gpa_t gpa);

/* How many pages of a region there are. */
u64 vm_committed(const struct vm *vm, const struct region *r);

/* The first region of the guest's own with a base above `after`, or NULL. */
struct region *vm_next(const struct vm *vm, gpa_t after);

/* The region that an address lies in, or NULL. */
struct region *vm_find(const struct vm *vm, gpa_t gpa);

enum vm_touch {
	VM_TOUCH_OK,        /* a page is there now: retry */
	VM_TOUCH_REFUSED,   /* nothing mapped, or not with that access */
	VM_TOUCH_NO_MEMORY, /* the machine or the partition has none left */
};

/* First touch of an anonymous page with an access of VMM_FLAG_*. */
enum vm_touch vm_touch(struct vm *vm, gpa_t gpa, u32 access);

/* What is mapped at any address, the system window included. False: nothing, or not yet. */
bool vm_lookup(const struct vm *vm, gpa_t gpa, struct pgtable_leaf *leaf);

/* In a region with a memory object: what is mapped there on its first touch. False: nothing. */
bool vm_lookup_object(const struct vm *vm, gpa_t gpa, struct pgtable_leaf *leaf);

/*
 * Host memory at a guest address for an access of VMM_FLAG_*, committing it
 * where a touch would; *left is what follows contiguously. NULL: refused, which
 * memory that is not write-back is in any case.
 */
void *vm_resolve(struct vm *vm, gpa_t gpa, u32 access, u64 *left);

#endif
