/* SPDX-License-Identifier: Apache-2.0 */
/* "A failed call changes nothing": what an address space looks like, to compare. */
#ifndef UNIT_SUPPORT_VM_SNAPSHOT_H
#define UNIT_SUPPORT_VM_SNAPSHOT_H

#include "core/vm.h"

struct vm_snapshot;

/* Regions with all their fields, mapped pages, charges, free pages. */
struct vm_snapshot *vm_snapshot(const struct vm *vm);

/* Fails the test where something differs; frees the snapshot. */
void vm_snapshot_compare(struct vm_snapshot *before, const struct vm *vm);

#endif
