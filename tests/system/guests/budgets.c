// SPDX-License-Identifier: Apache-2.0
/*
 * CPU budgets, judged by the trace. Partitions of this image by their first argument:
 * "spin" with a FIFO thread on each hart that never gives way, or rests at times, "load" with
 * threads that always want to run, "bursts" that sleeps and runs as it comes, and "judge". That
 * notes who ran when for some time, ends the others and judges
 *
 *   - no stretch of some periods had more than that many budgets and one, however it is laid,
 *     but for what a hart was late to take a thread off; and that is missing later
 *   - nobody without a budget was put on a hart while a partition that is bound to that
 *     hart and always wants to run had much left
 *
 * which does not depend on how fast the harts are. With "exact", where the time is that
 * of executed instructions, it was never late, two periods had the budget at least
 * once however they lie, and over all it was whole.
 */
#include "stints.h"

#include <string.h>

enum {
	PERIODS = 25,   /* that are judged at least */
	LATE_MAX = 200, /* ticks, where it is exact: 20 us */
	BUDGETS = 8,    /* that each has used by then */
	LOOKS = 8,      /* at what is left of one */
	SETTLING_MS = 20,
	MANY = 8, /* periods in a row */
};

struct promise {
	const char *name;
	uint64_t budget, period; /* us */
	unsigned threads;
	bool always; /* wants to run all the time, on hart 0 */
};

/* As the manifest has it. */
static const struct promise promises[] = { { "steady", 3000, 10000, 1, true },
					   { "bursts", 1000, 5000, 1, false },
					   { "team", 2000, 10000, 4, false } };

static Pid pids[sizeof(promises) / sizeof(promises[0])], spinners;

/* Was a thread without a budget put on the first hart, a while after the beginning? */
static bool is_look(const struct stint *s, uint64_t period)
{
	return s->pid == spinners && !s->cpu && s->start >= stints_begin() + 2 * period;
}

/* Harts may stand still for long, and what is to be judged with them. */
static bool all_ran(void)
{
	unsigned looks = 0;
	bool all = true;

	for (size_t i = 0; i < sizeof(pids) / sizeof(pids[0]); i++)
		all &= stints_used(pids[i], 0, ~(uint64_t)0, STINTS_GRANTED) >=
		       BUDGETS * load_ticks(promises[i].budget);
	for (size_t i = 0; i < stint_count; i++)
		looks += is_look(&stints[i], load_ticks(promises[0].period));
	return all && looks >= LOOKS;
}

/* No stretch of so many periods has more: the worst ones begin or end with a stint. */
static void check_most(const struct promise *p, Pid pid, unsigned periods)
{
	uint64_t budget = load_ticks(p->budget), length = periods * load_ticks(p->period);
	uint64_t most = 0;

	for (size_t i = 0; i < stint_count; i++) {
		uint64_t from = stints[i].start, to = stints[i].end;

		if (stints[i].pid != pid)
			continue;
		most = max_u64(most, stints_used(pid, from, from + length, STINTS_GRANTED));
		most = max_u64(most, stints_used(pid, to - length, to, STINTS_GRANTED));
	}
	printf("%s: at most %llu ticks in %u periods, the budget is %llu\n", p->name,
	       (unsigned long long)most, periods, (unsigned long long)budget);
	CHECK(most > 0);
	CHECK(most <= (periods + 1) * budget);
}

/*
 * What a thread may owe yet: each that was late took pieces which were to come in the
 * next period, or, where it was late by whole budgets, in a later one.
 */
static uint64_t owed(Pid pid, uint64_t time, uint64_t budget, uint64_t period)
{
	uint64_t since = time - min_u64(time, period * (2 + stints_late(pid) / budget)), sum = 0;

	for (size_t i = 0; i < stint_count; i++)
		if (stints[i].pid == pid && stints[i].end > since)
			sum += stints_over(&stints[i]);
	return sum;
}

/* What a hart was late by is paid back. With several threads others may hold what is owed. */
static void check_sum(const struct promise *p, Pid pid, bool exact)
{
	uint64_t budget = load_ticks(p->budget), period = load_ticks(p->period);
	uint64_t first = 0, last = 0, sum, most;

	for (size_t i = 0; i < stint_count; i++) {
		const struct stint *s = &stints[i];

		if (s->pid != pid)
			continue;
		first = first ? first : s->start;
		last = stints_last(s, STINTS_LEAST);
	}
	sum = stints_used(pid, first, last, STINTS_LEAST);
	most = (1 + (last - first) / period) * budget;
	printf("%s: ran %llu ticks of at most %llu, was late by up to %llu\n", p->name,
	       (unsigned long long)sum, (unsigned long long)most,
	       (unsigned long long)stints_late(pid));
	CHECK(p->threads > 1 || sum <= most + owed(pid, last, budget, period));
	CHECK(!exact || stints_late(pid) <= LATE_MAX);
}

/*
 * In the period up to then. What it had too much of before has put off pieces that else
 * would have come: that of the last stint, and of those that ended less than that ago.
 */
static uint64_t had_before(Pid pid, uint64_t time, uint64_t period)
{
	uint64_t over = 0, from = time - period;

	for (size_t i = 0; i < stint_count && stints[i].start < from; i++)
		if (stints[i].pid == pid)
			over = stints_over(&stints[i]) + (stints[i].end + over > from ? over : 0);
	return over + stints_used(pid, from, time, STINTS_MOST);
}

/*
 * Whenever a thread without a budget was put on its hart, all was used. Pieces that were
 * joined come a little later; and where a timer interrupt is late, its hart may look
 * for somebody just before it hears that a piece is there, but not every time.
 */
static void check_least(const struct promise *p, Pid pid, bool exact)
{
	uint64_t budget = load_ticks(p->budget), period = load_ticks(p->period);
	uint64_t whole = budget - budget / (exact ? 50 : 4);
	unsigned looks = 0, early = 0;

	for (size_t i = 0; i < stint_count; i++) {
		const struct stint *s = &stints[i];

		if (!is_look(s, period))
			continue;
		early += had_before(pid, s->start, period) < whole;
		looks++;
	}
	printf("%s: had less than %llu ticks at %u of %u looks\n", p->name,
	       (unsigned long long)whole, early, looks);
	CHECK(looks >= LOOKS);
	CHECK(early <= (exact ? 0 : looks / 4));
}

static void check_exact(const struct promise *p, Pid pid)
{
	uint64_t budget = load_ticks(p->budget), period = load_ticks(p->period);
	uint64_t length = stints_end() - stints_begin(), least = ~(uint64_t)0, sum;

	for (uint64_t at = stints_begin(); at + 2 * period <= stints_end(); at += period / 16)
		least = min_u64(least, stints_used(pid, at, at + 2 * period, STINTS_LEAST));
	sum = stints_used(pid, stints_begin(), stints_end(), STINTS_LEAST);
	printf("%s: at least %llu ticks in two periods, %llu in %llu\n", p->name,
	       (unsigned long long)least, (unsigned long long)sum, (unsigned long long)length);
	CHECK(least >= budget);
	CHECK(sum >= length / period * budget / 100 * 99);
}

static int judge(bool exact)
{
	spinners = stints_pid("spin");
	for (size_t i = 0; i < sizeof(pids) / sizeof(pids[0]); i++)
		pids[i] = stints_pid(promises[i].name);
	KnSleep(SETTLING_MS);
	stints_collect(PERIODS * load_ticks(10000), all_ran);
	stints_end_others();
	for (size_t i = 0; i < sizeof(pids) / sizeof(pids[0]); i++) {
		check_most(&promises[i], pids[i], 1);
		check_most(&promises[i], pids[i], MANY);
		check_sum(&promises[i], pids[i], exact);
		if (promises[i].always)
			check_least(&promises[i], pids[i], exact);
		if (promises[i].always && exact)
			check_exact(&promises[i], pids[i]);
	}
	return checks_result();
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return EXIT_FAILURE;
	if (!strcmp(argv[1], "judge"))
		return judge(argc > 2 && !strcmp(argv[2], "exact"));
	if (!strcmp(argv[1], "bursts"))
		load_bursts();
	if (!strcmp(argv[1], "spin"))
		load_spin_everywhere(argc > 2 && !strcmp(argv[2], "rest"));
	for (int i = 2; i < argc; i++)
		load_start_spinner(0, ThreadFlagSchedOther, (unsigned)i, false);
	load_run_for(~(uint64_t)0 >> 1);
}
