/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who runs when and where, for tests/system/scripts/scheduling, which judges the
 * trace that this program prints. Each scene has a director per hart, or only one,
 * on the first hart: a thread of the highest priority that lets actors enter, which
 * compute, changes them, and waits for what has to happen. Nothing here depends on
 * how long anything takes: QEMU's threads may stand still for long.
 *
 * QEMU before 8.1 under -icount lets the first hart that computes keep all later
 * ones from running. So a director is on the actors' hart or on an earlier one, and
 * nobody waits for what happens on a hart behind one that computes for ever.
 *
 * The argument `at-once`, where harts run at once, adds a scene that needs that.
 *
 * Lines beside those of floe-tracer, all numbers decimal but masks:
 *
 *	@scene NAME HARTS
 *	@actor TID ROLE HART CLASS PRIORITY INTERVAL MASK	interval in ticks
 *	@release TID BEFORE AFTER				times in ticks
 *	@affinity TID BEFORE AFTER MASK
 *	@policy TID BEFORE AFTER CLASS PRIORITY
 */
#include "scheduling.h"

#define SOME_WORK 100000ul

/* --- Scenes that each hart plays at once ---------------------------------------- */

/* On the hart x: standard, low, high, low, its equal low2, standard. */
static void preemption_on(struct director *d, unsigned x)
{
	struct actor *standard = enter(d, "standard", OTHER, 15, 0, only(x));
	struct actor *low = enter(d, "low", FIFO, 0, 0, only(x));
	struct actor *low2 = enter(d, "low2", FIFO, 0, 0, only(x));
	struct actor *high = enter(d, "high", FIFO, 1, 0, only(x));
	unsigned long reached;

	high->amount = SOME_WORK;
	release(d, standard);
	AWAIT(standard->count);
	release(d, low);
	AWAIT(low->count);
	reached = standard->count;
	release(d, low2);
	release(d, high);
	leave(high);
	CHECK_EQUAL(0, low2->count);
	CHECK_EQUAL((long long)reached, (long long)standard->count);
	reached = low->count;
	AWAIT(low->count != reached);
	stop(low);
	AWAIT(low2->count);
	stop(low2);
	reached = standard->count;
	AWAIT(standard->count != reached);
	stop(standard);
}

static void preemption(struct director *d)
{
	preemption_on(d, d->hart);
}

/* a, b, meanwhile high, b, c: each to its end, while an equal of theirs wakes every millisecond. */
static void fifo(struct director *d)
{
	struct actor *wakes = enter(d, "wakes", FIFO, 7, 0, only(d->hart));
	struct actor *a = enter(d, "a", FIFO, 7, 0, only(d->hart));
	struct actor *b = enter(d, "b", FIFO, 7, 0, only(d->hart));
	struct actor *c = enter(d, "c", FIFO, 7, 0, only(d->hart));
	struct actor *high = enter(d, "high", FIFO, 8, 0, only(d->hart));

	a->amount = c->amount = high->amount = SOME_WORK;
	b->until = high;
	wakes->rest = 1;
	release(d, wakes);
	AWAIT(wakes->rests);
	release(d, a);
	release(d, b);
	release(d, c);
	AWAIT(b->count);
	KnSleep(3);
	release(d, high);
	leave(high);
	wakes->rest = 0;
	stop(wakes);
	leave(a);
	leave(b);
	leave(c);
}

/* In turns of 4, 4 and 2 ms. */
static void rr(struct director *d)
{
	struct actor *a = enter(d, "a", RR, 7, 4, only(d->hart));
	struct actor *b = enter(d, "b", RR, 7, 4, only(d->hart));
	struct actor *c = enter(d, "c", RR, 7, 2, only(d->hart));

	release(d, a);
	release(d, b);
	release(d, c);
	AWAIT(turns(d, c) >= 5);
	stop(a);
	stop(b);
	stop(c);
}

/* In a rotation once 1 ms, twice 5 ms, three times 9 ms. */
static void standard(struct director *d)
{
	struct actor *low = enter(d, "low", OTHER, 0, 0, only(d->hart));
	struct actor *middle = enter(d, "middle", OTHER, 4, 0, only(d->hart));
	struct actor *high = enter(d, "high", OTHER, 8, 0, only(d->hart));

	release(d, low);
	release(d, middle);
	release(d, high);
	KnSleep(80);
	AWAIT(turns(d, low) >= 3);
	stop(low);
	stop(middle);
	stop(high);
}

/* --- Scenes with several harts and one director --------------------------------- */

/* The director, on the first hart, is woken and interrupts the others. */
static void far(struct director *d)
{
	preemption_on(d, harts - 1);
}

/* A thread that runs, and such that wait behind it, go where their affinity says. */
static void affinity(struct director *d)
{
	struct actor *runs = enter(d, "runs", FIFO, 5, 0, only(0));
	unsigned steps = harts > 4 ? 6 : harts + 2;

	release(d, runs);
	AWAIT(runs->count);
	for (unsigned i = 1; i <= steps; i++) {
		unsigned x = i * (harts > 3 ? 3 : 1) % harts;
		unsigned long reached;
		struct actor *waits;

		move(d, runs, x);
		reached = runs->count;
		AWAIT(runs->count != reached);
		if (!x)
			continue;
		waits = enter(d, "waits", OTHER, 5, 0, only(x));
		waits->amount = SOME_WORK;
		release(d, waits);
		set_affinity(d, waits, only(x - 1));
		leave(waits);
	}
	stop(runs);
}

/* Who is displaced goes on elsewhere, and who waits is taken by a hart that has nothing to do. */
static void migration(struct director *d)
{
	unsigned last = harts - 1;
	struct actor *goes = enter(d, "goes", FIFO, 5, 0, only(last));
	struct actor *stays = enter(d, "stays", FIFO, 8, 0, only(last));
	struct actor *first = enter(d, "first", FIFO, 9, 0, only(0));
	struct actor *taken = enter(d, "taken", RR, 6, 10, only(0) | only(last));
	unsigned long reached;

	release(d, goes);
	AWAIT(goes->count);
	set_affinity(d, goes, only(0) | only(last));
	stays->amount = harts > 1 ? 0 : SOME_WORK;
	release(d, stays);
	AWAIT(was_on(last, stays, begin[last]));
	reached = goes->count;
	AWAIT(goes->count != reached);
	stop(goes);
	first->amount = harts > 1 ? 0 : SOME_WORK;
	release(d, first);
	AWAIT(first->count);
	release(d, taken);
	KnSleep(5);
	CHECK(harts == 1 || !taken->count);
	stop(first);
	AWAIT(taken->count);
	stop(taken);
	stop(stays);
}

static unsigned dice(unsigned sides)
{
	static unsigned long state = 0x9e3779b97f4a7c15ul;

	state = state * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned)(state >> 33) % sides;
}

/* All classes everywhere, and changes: for what holds in general. */
static void mix(struct director *d)
{
	static const char *const roles[] = { [OTHER] = "standard", [FIFO] = "fifo", [RR] = "rr" };
	static const ThreadSchedPolicy policies[] = { OTHER, FIFO, RR };
	const RtlCpuSet all = only(harts) - 1;
	unsigned n = 2 * harts + 2;

	for (unsigned i = 0; i < n; i++) {
		ThreadSchedPolicy policy = policies[i % 3];
		struct actor *a = enter(d, roles[policy], policy, dice(16), 2,
					i % 4 ? all : 1 + dice((unsigned)all));

		a->amount = 2 * SOME_WORK + dice(10) * SOME_WORK;
	}
	for (unsigned i = 0; i < n; i++)
		release(d, &d->actors[i]);
	for (unsigned i = 0; i < 20; i++) {
		struct actor *a = &d->actors[dice(n)];

		if (a->ended)
			continue;
		if (dice(2))
			set_affinity(d, a, 1 + dice((unsigned)all));
		else
			set_policy(d, a, policies[dice(3)], dice(16));
		KnSleep(dice(3));
	}
	for (unsigned i = 0; i < n; i++)
		leave(&d->actors[i]);
}

static int played_on(const struct director *d, unsigned x)
{
	for (unsigned i = 0; i < d->nactors; i++)
		if (was_on(x, &d->actors[i], begin[x]))
			return 1;
	return 0;
}

/* As many threads as harts: in the end each hart has had one. */
static void spread(struct director *d)
{
	for (unsigned i = 0; i < harts; i++)
		release(d, enter(d, "spins", OTHER, 10, 0, only(harts) - 1));
	for (unsigned x = 0; x < harts; x++)
		AWAIT(played_on(d, x));
	for (unsigned i = 0; i < harts; i++)
		stop(&d->actors[i]);
}

int main(int argc, char **argv)
{
	while (harts < HARTS_MAX && open_ring(harts))
		harts++;
	printf("@timebase %lu\n", (unsigned long)KnTaskGetGsi()->ticksPerSecond);
	play("preemption", preemption, harts);
	play("fifo", fifo, harts);
	play("rr", rr, harts);
	play("standard", standard, harts);
	play("far", far, 1);
	play("affinity", affinity, 1);
	play("migration", migration, 1);
	play("mix", mix, 1);
	if (argc > 1 && strcmp(argv[1], "at-once") == 0)
		play("spread", spread, 1);
	return checks_result();
}
