/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of support/space.h's address space whose pages lie anywhere. */
#ifndef UNIT_SUPPORT_SCATTERED_H
#define UNIT_SUPPORT_SCATTERED_H

#include "support/space.h"

#define NPAGES 600u
#define VIEW (BASE + ((gpa_t)1 << 30))
#define PAGES(n) ((u64)(n) << PAGE_SHIFT)

/* First touches of every step-th page from the first one on. */
void touch(gpa_t base, unsigned int first, unsigned int npages, unsigned int step);

/* A region no two pages of which lie one behind the other in the machine's memory. */
struct region *scatter(gpa_t base, unsigned int npages);

/* The page that is mapped there, or will be. */
char *host(gpa_t gpa);

/* Shares all of a range, or fails so; how many calls that took. */
unsigned int share(gpa_t base, unsigned int npages, Retcode expected, struct mdl **mdl);

void drop(struct mdl *mdl);

#endif
