// SPDX-License-Identifier: Apache-2.0
// C++ without a C++ library: what is made before main() and on the first call, by several
// threads at once, new and delete, and in what order all of it goes.
#include <coresrv/thread/thread_api.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int failed;

#define CHECK(condition)                                                                           \
	((condition) ? (void)0 :                                                                   \
		       (void)(failed++, printf("FAILED in line %d: %s\n", __LINE__, #condition)))

struct Noise {
	const char *name;
	int *counter;

	explicit Noise(const char *its_name, int *its_counter = nullptr)
		: name(its_name), counter(its_counter)
	{
		printf("%s comes\n", name);
	}
	virtual ~Noise()
	{
		printf("%s goes\n", name);
		if (counter)
			++*counter;
	}
	virtual int number() = 0;
};

struct One : Noise {
	using Noise::Noise;
	int number() override { return 1; }
};

struct alignas(256) Aligned {
	char bytes[300];
};

static One first("first"), second("second");
static int made;

struct Slow {
	int value;

	Slow()
	{
		KnSleep(20); // whoever else comes has to wait
		value = ++made;
	}
};

static Slow &slow()
{
	static Slow only;
	return only;
}

static int use_slow(void *)
{
	return slow().value;
}

static void threads()
{
	Handle thread[4];
	rtl_int32_t code;
	Tid tid;

	for (Handle &each : thread)
		CHECK(KnThreadCreateByHandle(&each, &tid, ThreadPriorityNormal, 0, nullptr, use_slow,
					     nullptr, ThreadFlagCreateWaitable) == rcOk);
	for (Handle each : thread)
		CHECK(KnThreadWaitByHandle(each, INFINITE_TIMEOUT, &code) == rcOk && code == 1);
	CHECK(made == 1);
}

int main(int argc, char **)
{
	int gone = 0;
	Noise *made_by_new = new One("new", &gone);
	int *numbers = new int[1000];
	Aligned *aligned = new Aligned;
	static One local("local");

	if (argc > 1)
		delete[] new char[SIZE_MAX / 4]; // there is no such memory
	CHECK(made_by_new->number() == 1 && local.number() == 1);
	delete made_by_new;
	CHECK(gone == 1);
	numbers[999] = 5;
	delete[] numbers;
	CHECK(reinterpret_cast<uintptr_t>(aligned) % 256 == 0);
	delete aligned;
	threads();
	puts(failed ? "failed" : "all is well");
	return failed != 0;
}
