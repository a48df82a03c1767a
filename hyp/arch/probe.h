/* SPDX-License-Identifier: Apache-2.0 */
/* What a hart can do, found out by trying. Boot only, on each hart. */
#ifndef ARCH_PROBE_H
#define ARCH_PROBE_H

#include "core/types.h"

struct machine_tree;

/*
 * Finds out what the boot hart has, with the device tree's word for what cannot
 * be tried, and fills in `machine`. NULL, or the missing requirement in one
 * sentence.
 */
const char *probe_machine(const struct machine_tree *tree);

/* The same for cbo.zero, once the hart has a stack that it does not use yet. */
void probe_zeroing(const struct machine_tree *tree);

/* What this secondary hart lacks of what `machine` says; NULL: nothing. More VMIDs do no harm. */
const char *probe_lack(void);

#endif
