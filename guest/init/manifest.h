/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A system's manifest: from a flattened device tree to structures. Pure: it
 * needs libfdt and malloc() only, and runs on a host as well. ci/manifest checks
 * the same at build time and gives mistakes the same names.
 */
#ifndef FLOE_INIT_MANIFEST_H
#define FLOE_INIT_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of ThreadSchedPolicy. */
enum manifest_policy {
	POLICY_STANDARD,
	POLICY_FIFO,
	POLICY_RR,
};

enum manifest_on_exception {
	ON_EXCEPTION_TERMINATE,
	ON_EXCEPTION_FREEZE,
	ON_EXCEPTION_RESTART,
};

/* Strings lie in the device tree, which must outlive the manifest. */
struct manifest_partition {
	const char *name;
	const char *image;
	const char *eiid;
	const char **args, **env; /* end with a null pointer, or are null */
	uint32_t policy;          /* enum manifest_policy */
	uint32_t priority;
	uint64_t cpus;          /* bit n: the n-th cpu node; 0: any */
	uint64_t windows;       /* bit n: runs in the n-th window and never else; 0: in none */
	uint32_t cpu_budget[2]; /* microseconds, of each so many; 0: none */
	uint64_t stack_size;    /* bytes; 0: default */
	uint64_t memory_limit;  /* bytes; 0: none */
	uint32_t on_exception;  /* enum manifest_on_exception */
	uint32_t max_restarts;
	uint32_t may_create;
	bool may_fail, allow_rwx, inspect;
	bool shell; /* the system's operator: at most one */
};

/* A time in each major frame in which only the named partitions run on that CPU. */
struct manifest_window {
	const char *name;
	uint32_t cpu;             /* the n-th cpu node, below 64 */
	uint32_t start, duration; /* microseconds */
	const char **partitions;  /* ends with a null pointer, or is null */
};

struct manifest {
	struct manifest_partition *partitions;
	size_t count;
	uint32_t major_frame; /* microseconds; 0: no schedule */
	struct manifest_window *windows;
	size_t window_count;
	bool is_whole;           /* nothing was wrong, so nothing is missing here */
	const char **files;      /* ends with a null pointer, or is null */
	const char **compatible; /* likewise */
};

/*
 * Receives each mistake: its stable name ("unknown-property"), where it is (a
 * path of the tree) and a sentence that says what to write instead.
 */
struct manifest_reporter {
	void (*report)(void *context, const char *name, const char *where, const char *sentence);
	void *context;
};

/*
 * Reads the manifest in the `size` bytes at `tree` and reports every mistake in
 * it. True if there was none. The caller frees the manifest in either case.
 */
bool manifest_read(struct manifest *manifest, const void *tree, size_t size,
		   const struct manifest_reporter *reporter);
void manifest_free(struct manifest *manifest);

/*
 * Reports what of the CPU budgets and windows a machine with these CPUs cannot keep; true
 * if it can keep all, and the guarantees of init and of partitions that inspect. Where
 * the manifest is not whole, only what is wrong with a budget by itself.
 */
bool manifest_check_cpu_time(const struct manifest *manifest, uint64_t machine_cpus,
			     const struct manifest_reporter *reporter);

/*
 * What is promised to a partition, in microseconds; budget 0: nothing. Soft, without a
 * limit: the guarantee of a standard partition that inspects. One that is real-time has
 * its place by that.
 */
void manifest_cpu_time(const struct manifest_partition *partition, uint32_t *budget,
		       uint32_t *period, bool *soft);

/* The part of a file's name that it has in ROMFS. */
const char *manifest_base_name(const char *path);

#endif
