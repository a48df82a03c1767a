/* SPDX-License-Identifier: Apache-2.0 */
#include "core/timer.h"

/* Makes the later of two heaps the first child of the earlier. */
static struct timer *meld(struct timer *a, struct timer *b)
{
	if (!a || !b)
		return a ? a : b;
	if (b->at < a->at) {
		struct timer *t = a;

		a = b;
		b = t;
	}
	b->next = a->child;
	if (b->next)
		b->next->prev = b;
	b->prev = a;
	a->child = b;
	return a;
}

/* Melds siblings in pairs from the left, then the pairs from the right. */
static struct timer *meld_siblings(struct timer *first)
{
	struct timer *pairs = NULL, *root = NULL;

	while (first) {
		struct timer *a = first, *b = first->next;

		first = b ? b->next : NULL;
		a->next = NULL;
		if (b)
			b->next = NULL;
		a = meld(a, b);
		a->next = pairs;
		pairs = a;
	}
	while (pairs) {
		struct timer *a = pairs;

		pairs = a->next;
		a->next = NULL;
		root = meld(root, a);
	}
	return root;
}

static void set_root(struct timer_queue *q, struct timer *root)
{
	q->root = root;
	q->next = root->at;
	root->next = NULL;
	root->prev = NULL;
}

static void take_first(struct timer_queue *q)
{
	struct timer *rest = q->root->child;

	if (rest)
		set_root(q, meld_siblings(rest));
	else
		*q = TIMER_QUEUE_EMPTY;
}

void timer_arm(struct timer_queue *q, struct timer *t, u64 at)
{
	t->at = at;
	t->queue = q;
	t->child = NULL;
	t->next = NULL;
	t->prev = NULL;
	q->root = meld(q->root, t);
	q->next = q->root->at;
}

void timer_disarm(struct timer *t)
{
	struct timer_queue *q = t->queue;

	t->queue = NULL;
	if (q->root == t) {
		take_first(q);
		return;
	}
	if (t->prev->child == t)
		t->prev->child = t->next;
	else
		t->prev->next = t->next;
	if (t->next)
		t->next->prev = t->prev;
	set_root(q, meld(q->root, meld_siblings(t->child)));
}

void timer_run(struct timer_queue *q, u64 now)
{
	while (q->root && q->next <= now) {
		struct timer *t = q->root;

		t->queue = NULL;
		take_first(q);
		t->expired(t);
	}
}
