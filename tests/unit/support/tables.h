/* SPDX-License-Identifier: Apache-2.0 */
/* Second-stage tables by themselves, of 3 levels (Sv39x4) and 4 (Sv48x4). */
#ifndef SUPPORT_TABLES_H
#define SUPPORT_TABLES_H

#include "arch/pgtable.h"

#define MIB2 ((u64)1 << 21)

static const unsigned int all_levels[] = { 3, 4 };

/* Leaves point at address space that nobody touches. */
char *target(u64 offset);
bool map_target(struct pgtable *pt, gpa_t gpa, u64 offset, u64 npages, u32 prot);

/* What is mapped there, and how much of the leaf is left from there on; or nothing is. */
void expect(const struct pgtable *pt, gpa_t gpa, u64 offset, u64 left, u32 prot);
void expect_nothing(const struct pgtable *pt, gpa_t gpa);

#endif
