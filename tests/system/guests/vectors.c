/* SPDX-License-Identifier: Apache-2.0 */
/* A program of the SDK computes with vectors in two threads. */
#include "check.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/thread/thread_api.h>
#include <stdint.h>

#define ROUNDS 200
#define WORDS 4

/* to[i] = from[i] + add, of WORDS words; as many as there is room for at a time. */
static void add_to_all(uint64_t *to, const uint64_t *from, uint64_t add)
{
	size_t left = WORDS;

	while (left) {
		size_t n;

		__asm__ volatile(".option push\n.option arch, +v\n"
				 "vsetvli %0, %1, e64, m1, ta, ma\n"
				 "vle64.v v8, (%2)\n"
				 "vadd.vx v8, v8, %3\n"
				 "vse64.v v8, (%4)\n"
				 ".option pop"
				 : "=&r"(n)
				 : "r"(left), "r"(from), "r"(add), "r"(to)
				 : "memory");
		left -= n;
		to += n;
		from += n;
	}
}

static int compute(void *context)
{
	uint64_t words[WORDS] = { 1, 2, 3, 4 };
	uint64_t add = (uintptr_t)context;

	for (uint64_t i = 0; i < ROUNDS; i++) {
		add_to_all(words, words, add);
		if (i % 8 == 0)
			KnSleep(0);
	}
	for (uint64_t i = 0; i < WORDS; i++)
		if (words[i] != i + 1 + ROUNDS * add)
			return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

int main(void)
{
	rtl_int32_t code = -1;
	Handle thread;
	Tid tid;

	CHECK_RC(rcOk, KnThreadCreateByHandle(&thread, &tid, 5, 0, RTL_NULL, compute, (void *)7,
					      ThreadFlagCreateWaitable));
	CHECK_EQUAL(EXIT_SUCCESS, compute((void *)9));
	CHECK_RC(rcOk, KnThreadWaitByHandle(thread, INFINITE_TIMEOUT, &code));
	CHECK_EQUAL(EXIT_SUCCESS, code);
	return checks_result();
}
