/* SPDX-License-Identifier: Apache-2.0 */
/* Where and when partitions may run, on a machine with the CPUs of a mask. Pure, as manifest.h. */
#ifndef FLOE_INIT_CPU_PLACE_H
#define FLOE_INIT_CPU_PLACE_H

#include "manifest.h"

/* Either outside of windows, or in some. */
struct place {
	uint64_t cpus;    /* outside of windows */
	uint64_t windows; /* bit n: in the n-th one */
};

/* The CPUs that the partition may run on; those that it names and the machine lacks do not count.
 */
uint64_t place_cpus(const struct manifest_partition *p, uint64_t machine);

struct place place_of(const struct manifest *m, const struct manifest_partition *p,
		      uint64_t machine);
bool place_lies_in(struct place inner, struct place outer);
bool place_is_same(struct place a, struct place b);

/* Microseconds of a major frame; without a schedule any number would do. */
uint64_t place_frame(const struct manifest *m);

/* Microseconds that there are at that place in each major frame, summed over the CPUs. */
uint64_t place_room(const struct manifest *m, struct place place);

#endif
