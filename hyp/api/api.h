/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What guests can call. api/rows.h has a row for each function: what its
 * arguments have to be, and the function in one of the files per service that
 * converts them and lets core/ act.
 *
 * Checks come in one order everywhere: null, alignment, flags and ranges of
 * the arguments; handle, type, right; permission of the manifest; state of the
 * object; memory behind pointers; limits; memory of the machine. The rows have
 * all but what is peculiar to a function, so that most functions cannot fail.
 * Nothing has been changed when a check fails.
 */
#ifndef API_API_H
#define API_API_H

#include "core/guest_copy.h"
#include "core/task.h"

/* A call whose arguments have passed their row. */
struct call {
	struct task *self;    /* who calls */
	union {               /* behind the handle in a0, where the row has a type or rights */
		void *object; /* any of them */
		struct task *task;
		struct thread *thread;
		struct mdl *mdl;
		struct notice *notice;
	};
	const u64 *a;                  /* a0 to a5 */
	const struct api_rules *rules; /* where the row has any */
	u64 value;                     /* becomes a1 */
	union {                        /* the input that the row names, copied */
		TaskInitialState state;
		TaskLimits limits;
		VmSeg seg;
		FloeSegFromBuf from_buf;
		FloeThreadStart start;
		RtlCpuSet cpus;
		ThreadSchedParam param;
		HalTrapFrame frame;
		struct {
			struct object *object;
			u64 badge;
		} resource; /* what api_task_transfer_resource_check() has found */
	} in;
};

typedef Retcode api_fn(struct call *c);

/*
 * Instead of a result: the thread waits, and makes the call again afterwards.
 * Not a Retcode.
 */
#define API_RETRY VM_AGAIN

/* A pointer among the arguments: to `size` bytes, aligned to the smaller of size and 8. */
struct pointer_rule {
	u16 arg : 3;
	u16 size : 12;    /* 0: no rule */
	u16 optional : 1; /* an input that may be null, and is not read then */
};

/* Where the rights that are for the type of the object begin. */
#define API_RIGHTS_SHIFT 16

/* The most results that a function has. */
#define API_OUTS 3

/* What a region shows of its flags, and what may be asked of one. */
#define SHOWN_FLAGS (REGION_LOCKED | REGION_LOW_GUARD | REGION_HIGH_GUARD)
#define ASKED_FLAGS (SHOWN_FLAGS | REGION_COMMIT | REGION_GROW_DOWN)

/* What a base and a size, in bytes, have to be: whole pages, not none, and */
enum memory_range {
	RANGE_ANY,   /* anywhere behind page 0 */
	RANGE_SIZE,  /* there is no base */
	RANGE_PLACE, /* where a guest may choose, or, with base 0, has the place chosen */
};

/* What a thread has to be like for a call; else rcInvalidOperation. */
enum thread_call {
	THREAD_LIVING, /* it has not ended, and its process runs */
	THREAD_JOIN,   /* made to be waited for, another one, and not ended with its process */
};

/* What has to be right before a function runs. Small: there are many. */
struct api_rules {
	u32 any : 1;            /* 0: a PLAIN row: nothing is spent on rules */
	u32 type : 3;           /* of the object in a0; neither type nor rights: it is none */
	u32 call : 7;           /* enum task_call, of a task: what its state has to allow */
	u32 thread : 1;         /* enum thread_call, of a thread, likewise */
	u32 rights : 4;         /* that the handle in a0 needs, of those for its type */
	u32 opens : 1;          /* a handle: one is reserved when the function runs */
	u32 buffered : 1;       /* buffer has a rule */
	u32 check : 5;          /* of flags and ranges; 0: any, or its function checks them first */
	struct pointer_rule in; /* copied to call.in */
	struct pointer_rule out[API_OUTS]; /* writable when the function runs; ends with no rule */
	union {
		u32 field; /* offset in the object, for api_get_field() */
		struct {   /* readable when the function runs, not empty, at most max bytes */
			u32 pointer : 3, size : 3; /* arguments */
			u32 max : 26;
		} buffer;
		struct {                                   /* for api_memory_check() */
			u32 range : 2;                     /* enum memory_range */
			u32 base : 3, size : 3, flags : 3; /* arguments */
			u32 pages : 3;                     /* another page multiple; 0: none */
			u32 allowed : 12; /* as flags_are_valid() says; 0: no rule */
		} memory;
	};
};

struct api_row {
	api_fn *act;
	struct api_rules rules;
};

extern const struct api_row api_table[];

/* By number; the first one is none. */
extern api_fn *const api_checks[];

/* The ecall of a current thread, the pc behind it; false: it is the panic, which is an exception.
 */
bool call_make(struct thread *thread);

/* SBI calls other than ours. Sets the caller's registers. */
void api_sbi(struct thread *thread);

/*
 * The functions, and their checks. Those of several functions: the row's rule for memory, and
 * that the caller may make an MDL with those flags; policy, priority and parameter in a1, a2
 * and a3, or a priority in a1, as far as can be seen from them; that the caller may inspect;
 * that it runs in an exception handler.
 */
#define SHARED(name) api_fn api_##name##_check;
#define PLAIN(number, function) api_fn api_##function;
#define ROW(number, function, ...) PLAIN(number, function)
#define CHECKED(number, function, ...) api_fn api_##function, api_##function##_check;
#include "api/rows.h"

/* The largest stack, in bytes. */
#define STACK_MAX ((u64)1 << 38)

/* None but allowed flags, and READ and RESERVE where they are among these? */
bool flags_are_valid(u64 flags, u64 allowed);

bool range_is_valid(enum memory_range range, u64 base, u64 size);

/*
 * What a mapping of a part of an MDL asks for (base 0: chosen; the numbers are
 * page multiples). rcInvalidArgument: beyond the MDL; rcNoCapability: wider
 * than its access.
 */
Retcode mdl_request(const struct mdl *mdl, gpa_t base, u64 offset, u64 size, u32 prot,
		    struct region *q);

/* A policy and priority that fit together? */
bool priority_is_valid(u64 policy, u64 priority);

/* The time that is so many milliseconds away. */
u64 deadline(u64 ms);

/*
 * Nothing to give yet: the thread waits on a queue and makes the call again, or
 * gives up if its time, in milliseconds, is over.
 */
Retcode api_wait(enum thread_wait wait, struct list *queue, u64 ms);

/* Stores a string in the buffer a[arg] of a[arg + 1] bytes; not null, not empty. */
Retcode give_string(const struct call *c, unsigned int arg, const char *s);

/* A region's flags in the API's words. */
u32 guest_flags(const struct region *r);

/* Stores a result behind the pointer in a[arg], which the row has checked; rcOk. */
Retcode give(const struct call *c, unsigned int arg, const void *result, u64 bytes);
Retcode give_u32(const struct call *c, unsigned int arg, u32 result);

/* Opens a handle in the caller and stores it behind a[arg]. Takes over a reference. */
Retcode give_handle(const struct call *c, unsigned int arg, struct object *object, u32 rights);

#endif
