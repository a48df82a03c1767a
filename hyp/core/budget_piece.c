/* SPDX-License-Identifier: Apache-2.0 */
#include "core/budget_piece.h"

static void remove_piece(struct budget *b, u32 i)
{
	b->npieces--;
	for (; i < b->npieces; i++)
		b->pieces[i] = b->pieces[i + 1];
}

/* Ticks from the end of a piece to the next one in the list; below 0: they overlap. */
static i64 gap(const struct budget_piece *p)
{
	return (i64)(p[1].at - p[0].at - p[0].amount);
}

/* The first, or the second if it is below 0, loses so many ticks by being joined. */
static u64 loss(const struct budget_piece *p, i64 ticks)
{
	return ticks < 0 ? (u64)-ticks * p[1].amount : (u64)ticks * p[0].amount;
}

/* What it costs to join a piece with the next: what comes later, or was wanted longer than that. */
static u64 cost(const struct budget_piece *p)
{
	return loss(p, gap(p)) + loss(p, (i64)(p[1].since - p[0].since - p[1].at + p[0].at));
}

/*
 * Joins the two neighbours that lose least by it, if that is little or they are too many. No
 * part may be used sooner than before, nor goes before others' more.
 */
static void join_cheapest(struct budget *b)
{
	struct budget_piece *best = b->pieces;

	for (u32 i = 1; i + 1 < b->npieces; i++)
		if (cost(&b->pieces[i]) < cost(best))
			best = &b->pieces[i];
	if (b->npieces < BUDGET_PIECES && cost(best) > b->join_below)
		return;
	/* The first begins later where there is a gap, the second where they overlap. */
	if (gap(best) > 0)
		best->at = best[1].at - best->amount;
	best->since = max_u64(best->since, best[1].since);
	best->amount += best[1].amount;
	remove_piece(b, (u32)(best + 1 - b->pieces));
}

void budget_add_piece(struct budget *b, u64 at, u64 amount, u64 since)
{
	const struct budget_piece *p;
	u32 i;

	if (!amount)
		return;
	for (i = 0; i < b->npieces; i++) {
		p = &b->pieces[i];
		if (p->at + p->amount == at && p->at - p->since == at - since) {
			b->pieces[i].amount += amount;
			return;
		}
	}
	for (; i && b->pieces[i - 1].at > at; i--)
		b->pieces[i] = b->pieces[i - 1];
	b->pieces[i] = (struct budget_piece){ at, amount, since };
	if (++b->npieces > 1)
		join_cheapest(b);
}

bool budget_is_left(struct budget *b, u64 now)
{
	if (!b->npieces || b->pieces[0].at > now)
		return false;
	for (u32 i = 1; i < b->npieces && b->pieces[i].at <= now; i++) {
		struct budget_piece piece = b->pieces[i];

		if (piece.since < b->pieces[0].since) {
			b->pieces[i] = b->pieces[0];
			b->pieces[0] = piece;
		}
	}
	/* Of more than one thread can use much may be overdue, at the cost of nobody else. */
	b->deadline = (b->amount > b->period ? now : b->pieces[0].since) + b->period;
	return true;
}

u64 budget_take(struct budget *b, u64 now, u64 most, u64 *again)
{
	u64 sum = 0, since = b->pieces[0].since;

	*again = max_u64(b->pieces[0].at, since) + b->period;
	while (sum < most && b->npieces && b->pieces[0].at <= now + sum &&
	       b->pieces[0].since == since) {
		struct budget_piece piece = b->pieces[0];
		u64 part = min_u64(piece.amount, most - sum);

		sum += part;
		remove_piece(b, 0);
		budget_add_piece(b, piece.at + part, piece.amount - part, since);
	}
	return sum;
}

void budget_pay_back(struct budget *b, u64 now, u64 amount)
{
	u64 sum = 0, rounds;

	for (u32 i = 0; i < b->npieces; i++)
		sum += b->pieces[i].amount;
	if (!sum)
		return;
	/* All of them so often, then the first ones once more. */
	rounds = amount / sum;
	for (u32 i = 0; rounds && i < b->npieces; i++) {
		b->pieces[i].at = max_u64(b->pieces[i].at, now) + rounds * b->period;
		b->pieces[i].since = b->pieces[i].at;
	}
	for (amount %= sum; amount;) {
		struct budget_piece piece = b->pieces[0];
		u64 part = min_u64(piece.amount, amount), at = max_u64(piece.at, now) + b->period;

		remove_piece(b, 0);
		budget_add_piece(b, piece.at + part, piece.amount - part, piece.since);
		budget_add_piece(b, at, part, at);
		amount -= part;
	}
}
