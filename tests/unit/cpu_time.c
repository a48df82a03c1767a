// SPDX-License-Identifier: Apache-2.0
/* What is promised of CPUs' time, in windows and outside of them: guest/init/cpu_time.c. */
#include "unit.h"

#include "support/manifest_tree.h"

#include <string.h>

#define WHERE(name) "/partitions/" name "/cpu-budget\n"
#define CPUS_64 (~(uint64_t)0)

static const struct {
	const char *about;
	uint64_t machine;
	uint32_t frame;
	struct manifest_window windows[3];
	struct manifest_partition partitions[3];
	const char *mistakes;
} systems[] = {
	/* Budgets by themselves. */
	{ "no budgets",
	  1,
	  0,
	  { { 0 } },
	  { { .name = "a" }, { .name = "b", .inspect = true } },
	  "" },
	{ "shortest and longest period",
	  3,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 10, 100 } },
	    { .name = "b", .cpu_budget = { 10, 10000000 } } },
	  "" },
	{ "budget too small",
	  3,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 9, 10000 } } },
	  "bad-cpu-budget " WHERE("a") },
	{ "period too short",
	  3,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 10, 99 } } },
	  "bad-cpu-budget " WHERE("a") },
	{ "period too long",
	  3,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 10, 10000001 } } },
	  "bad-cpu-budget " WHERE("a") },
	{ "more than two CPUs",
	  3,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 20001, 10000 } } },
	  "bad-cpu-budget " WHERE("a") },
	{ "more than its CPU",
	  3,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 10001, 10000 }, .cpus = 2 } },
	  "bad-cpu-budget " WHERE("a") },
	{ "all of 64 CPUs but init's tenth",
	  CPUS_64,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 639000, 10000 } } },
	  "" },

	/* Sums. */
	{ "all of its CPU",
	  3,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 10000, 10000 }, .cpus = 2 } },
	  "" },
	{ "what init leaves of all",
	  1,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 9000, 10000 } } },
	  "" },
	{ "a part of what init has",
	  1,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 9001, 10000 } } },
	  "too-much-cpu " WHERE("a") },
	{ "with an inspector",
	  1,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 8000, 10000 } }, { .name = "b", .inspect = true } },
	  "" },
	{ "what the inspector has",
	  1,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 8001, 10000 } }, { .name = "b", .inspect = true } },
	  "too-much-cpu " WHERE("a") },
	{ "a real-time inspector has its place by that",
	  1,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 9000, 10000 } },
	    { .name = "b", .inspect = true, .policy = POLICY_FIFO } },
	  "" },
	{ "two on one CPU",
	  3,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 6000, 10000 }, .cpus = 2 },
	    { .name = "b", .cpu_budget = { 4001, 10000 }, .cpus = 2 } },
	  "too-much-cpu " WHERE("a") },
	{ "one on both is no matter of one CPU",
	  3,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 10000, 10000 }, .cpus = 2 },
	    { .name = "b", .cpu_budget = { 9000, 10000 } } },
	  "" },
	{ "but of both",
	  3,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 10000, 10000 }, .cpus = 2 },
	    { .name = "b", .cpu_budget = { 9001, 10000 } } },
	  "too-much-cpu " WHERE("b") },

	{ "each has its CPU, and nothing is left for init",
	  3,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 10000, 10000 }, .cpus = 1 },
	    { .name = "b", .cpu_budget = { 10000, 10000 }, .cpus = 2 } },
	  "too-much-cpu /partitions\n" },
	{ "each has enough, all together have not",
	  15,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 15000, 10000 }, .cpus = 3 },
	    { .name = "b", .cpu_budget = { 15000, 10000 }, .cpus = 6 },
	    { .name = "c", .cpu_budget = { 10, 10000 }, .cpus = 5 } },
	  "too-much-cpu /partitions\n" },
	{ "all together have enough",
	  15,
	  0,
	  { { 0 } },
	  { { .name = "a", .cpu_budget = { 15000, 10000 }, .cpus = 3 },
	    { .name = "b", .cpu_budget = { 15000, 10000 }, .cpus = 6 } },
	  "" },

	/* Windows. */
	{ "no such CPU",
	  5,
	  20000,
	  { { "v", 2, 0, 500, NULL }, { "w", 1, 0, 500, NULL } },
	  { { .name = "a", .windows = 3 } },
	  "bad-value /schedule/w/cpu\n" },
	{ "the least for init",
	  1,
	  20000,
	  { { "v", 0, 0, 10000, NULL }, { "w", 0, 10000, 9000, NULL } },
	  { { .name = "a", .windows = 3 } },
	  "" },
	{ "less for init",
	  1,
	  20000,
	  { { "v", 0, 0, 10000, NULL }, { "w", 0, 10000, 9001, NULL } },
	  { { .name = "a", .windows = 3 } },
	  "no-time-for-init /schedule\n" },
	{ "too little on each of two CPUs",
	  3,
	  20000,
	  { { "v", 0, 0, 19500, NULL }, { "w", 1, 0, 19500, NULL } },
	  { { .name = "a", .windows = 3 } },
	  "no-time-for-init /schedule\n" },
	{ "a CPU without windows, however short the frame",
	  3,
	  100,
	  { { "v", 0, 0, 100, NULL } },
	  { { .name = "a", .windows = 1 } },
	  "" },
	{ "one's windows",
	  3,
	  30000,
	  { { "v", 0, 0, 5000, NULL }, { "w", 1, 0, 5000, NULL } },
	  { { .name = "a", .cpu_budget = { 10000, 30000 }, .windows = 3 } },
	  "" },
	{ "more than its windows",
	  3,
	  30000,
	  { { "v", 0, 0, 5000, NULL }, { "w", 1, 0, 5000, NULL } },
	  { { .name = "a", .cpu_budget = { 10001, 30000 }, .windows = 3 } },
	  "bad-cpu-budget " WHERE("a") },
	{ "one of its windows is on another CPU",
	  3,
	  30000,
	  { { "v", 0, 0, 5000, NULL }, { "w", 1, 0, 5000, NULL } },
	  { { .name = "a", .cpu_budget = { 5001, 30000 }, .cpus = 1, .windows = 3 } },
	  "bad-cpu-budget " WHERE("a") },
	{ "two in a window",
	  3,
	  20000,
	  { { "v", 0, 0, 5000, NULL }, { "w", 1, 0, 5000, NULL } },
	  { { .name = "a", .cpu_budget = { 2000, 20000 }, .windows = 1 },
	    { .name = "b", .cpu_budget = { 3001, 20000 }, .windows = 1 } },
	  "too-much-cpu " WHERE("a") },
	{ "one of them has another",
	  3,
	  20000,
	  { { "v", 0, 0, 5000, NULL }, { "w", 1, 0, 5000, NULL } },
	  { { .name = "a", .cpu_budget = { 5000, 20000 }, .windows = 1 },
	    { .name = "b", .cpu_budget = { 5000, 20000 }, .windows = 3 } },
	  "" },
	{ "an inspector in the window",
	  3,
	  20000,
	  { { "v", 0, 0, 5000, NULL } },
	  { { .name = "a", .cpu_budget = { 3001, 20000 }, .windows = 1 },
	    { .name = "b", .inspect = true, .windows = 1 } },
	  "too-much-cpu " WHERE("a") },
	{ "an inspector by itself in a window that is too short for what it is guaranteed",
	  3,
	  20000,
	  { { "v", 0, 0, 1999, NULL } },
	  { { .name = "a", .inspect = true, .windows = 1 } },
	  "too-much-cpu /partitions\n" },
	{ "nothing outside of windows where one may run",
	  3,
	  20000,
	  { { "v", 0, 0, 20000, NULL } },
	  { { .name = "a", .cpus = 1 }, { .name = "b", .windows = 1 } },
	  "never-runs /partitions/a/cpus\n" },
	{ "it may elsewhere",
	  3,
	  20000,
	  { { "v", 0, 0, 20000, NULL } },
	  { { .name = "a", .cpus = 3 }, { .name = "b", .windows = 1 } },
	  "" },
	{ "outside",
	  1,
	  20000,
	  { { "v", 0, 0, 5000, NULL } },
	  { { .name = "a", .cpu_budget = { 13000, 20000 } }, { .name = "b", .windows = 1 } },
	  "" },
	{ "more than is outside",
	  1,
	  20000,
	  { { "v", 0, 0, 5000, NULL } },
	  { { .name = "a", .cpu_budget = { 13001, 20000 } }, { .name = "b", .windows = 1 } },
	  "too-much-cpu " WHERE("a") },
	{ "more than is outside on one CPU",
	  3,
	  20000,
	  { { "v", 1, 0, 5000, NULL } },
	  { { .name = "a", .cpu_budget = { 15000, 20000 }, .cpus = 2 },
	    { .name = "b", .cpu_budget = { 15001, 20000 }, .cpus = 2 } },
	  "too-much-cpu " WHERE("a") },
	{ "what windows have is not outside",
	  1,
	  20000,
	  { { "v", 0, 0, 5000, NULL } },
	  { { .name = "a", .cpu_budget = { 13000, 20000 } },
	    { .name = "b", .cpu_budget = { 5000, 20000 }, .windows = 1 } },
	  "" },
};

static bool judge(struct manifest *m, size_t i, bool is_whole)
{
	*m = (struct manifest){ .major_frame = systems[i].frame,
				.partitions = (struct manifest_partition *)systems[i].partitions,
				.windows = (struct manifest_window *)systems[i].windows,
				.is_whole = is_whole };
	while (m->count < 3 && m->partitions[m->count].name)
		m->count++;
	while (m->window_count < 3 && m->windows[m->window_count].name)
		m->window_count++;
	return tree_judge(m, systems[i].machine);
}

static void test_systems(void **state)
{
	struct manifest m;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(systems); i++) {
		bool ok = judge(&m, i, true);

		if (strcmp(mistakes, systems[i].mistakes) != 0)
			fail_msg("%s: \"%s\" instead of \"%s\"", systems[i].about, mistakes,
				 systems[i].mistakes);
		assert_int_equal(ok, mistakes[0] == 0);
	}
}

/* What depends on several places of the manifest is not judged when some of them are wrong. */
static void test_not_whole(void **state)
{
	struct manifest m;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(systems); i++) {
		assert_false(judge(&m, i, false));
		assert_true(!mistakes[0] || !systems[i].windows[0].name);
		assert_null(strstr(mistakes, "too-much-cpu"));
	}
}

static void test_promises(void **state)
{
	struct manifest_partition p = { .cpu_budget = { 3, 200 }, .inspect = true };
	uint32_t budget, period;
	bool soft;

	(void)state;
	manifest_cpu_time(&p, &budget, &period, &soft);
	assert_int_equal(budget, 3);
	assert_int_equal(period, 200);
	assert_false(soft);
	p.cpu_budget[0] = 0;
	manifest_cpu_time(&p, &budget, &period, &soft);
	assert_int_equal(budget, 1000);
	assert_int_equal(period, 10000);
	assert_true(soft);
	p.policy = POLICY_RR;
	manifest_cpu_time(&p, &budget, &period, &soft);
	assert_int_equal(budget, 0);
	assert_false(soft);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_systems),
		cmocka_unit_test(test_not_whole),
		cmocka_unit_test(test_promises),
	};

	return cmocka_run_group_tests_name("cpu_time", tests, NULL, NULL);
}
