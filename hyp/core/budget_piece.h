/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is there of a budget and when, for core/budget.c: the arithmetic of its pieces, which
 * lie by time, at most BUDGET_PIECES - 1 of them. Times and amounts in ticks.
 */
#ifndef CORE_BUDGET_PIECE_H
#define CORE_BUDGET_PIECE_H

#include "core/budget.h"

/* So much may be used from `at` on; somebody wanted it since then. Two others may be joined. */
void budget_add_piece(struct budget *budget, u64 at, u64 amount, u64 since);

/*
 * Is there some for now? What could be used longest ago comes first then, and sets
 * budget->deadline.
 */
bool budget_is_left(struct budget *budget, u64 now);

/*
 * Of a budget of which some is left: what one hart may use from `now` on without a break and by
 * the same time, at most so much, is taken out. How much that is, and when it comes again.
 */
u64 budget_take(struct budget *budget, u64 now, u64 most, u64 *again);

/* Used too much: it had that of the pieces to come, which come a period later for it. */
void budget_pay_back(struct budget *budget, u64 now, u64 amount);

#endif
