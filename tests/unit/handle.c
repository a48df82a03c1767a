// SPDX-License-Identifier: Apache-2.0
/* Handle spaces: core/handle.c. */
#include "unit.h"

#include "core/handle.h"
#include "core/notice.h"
#include "core/page.h"
#include "support/world.h"

static struct handle_table table;
static struct vm vm;
static struct notice *notice;

static int setup(void **state)
{
	machine_setup(state);
	vm = (struct vm){ .limit = ~(u64)0 };
	table = (struct handle_table){ .vm = &vm };
	notice = notice_create();
	return notice == NULL;
}

static int teardown(void **state)
{
	handle_close_all(&table);
	object_put(&notice->object);
	return machine_teardown(state);
}

static Handle open_one(u32 rights)
{
	assert_rc(handle_reserve(&table), rcOk);
	object_get(&notice->object);
	return handle_open(&table, &notice->object, rights);
}

static Retcode get(Handle h, enum object_type type, u32 rights)
{
	struct object *object = NULL;
	Retcode rc = handle_get(&table, h, type, rights, &object);

	assert_ptr_equal(object, rc == rcOk ? &notice->object : NULL);
	return rc;
}

static void test_open_get_close(void **state)
{
	Handle h = open_one(OCAP_NOTICE_FULL);

	(void)state;
	assert_int_not_equal(h, 0);
	assert_int_not_equal(h, INVALID_HANDLE);
	assert_rc(get(h, OBJECT_NOTICE, OCAP_NOTICE_WAIT), rcOk);
	assert_int_equal(table.count, 1);
	assert_int_equal(notice->object.refs, 2);
	assert_rc(handle_close(&table, h), rcOk);
	assert_int_equal(table.count, 0);
	assert_int_equal(notice->object.refs, 1);
	assert_rc(get(h, OBJECT_NOTICE, 0), rcInvalidArgument);
	assert_rc(handle_close(&table, h), rcInvalidArgument);
}

static void test_unknown_ids(void **state)
{
	Handle h = open_one(OCAP_NOTICE_FULL);
	const Handle wrong[] = { 0,           INVALID_HANDLE, h + 1,           h - 1,
				 h + 0x10000, h - 0x10000,    h ^ 0x80000000u, h & 0xffff,
				 0xffff,      0x10000,        h | 0xffff,      HANDLES_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_rc(get(wrong[i], OBJECT_NOTICE, 0), rcInvalidArgument);
		assert_rc(handle_close(&table, wrong[i]), rcInvalidArgument);
	}
	assert_rc(get(h, OBJECT_NOTICE, 0), rcOk);
}

static void test_type_and_rights(void **state)
{
	Handle h = open_one(OCAP_HANDLE_COPY);

	(void)state;
	assert_rc(get(h, OBJECT_TASK, 0), rcInvalidArgument);
	assert_rc(get(h, OBJECT_MDL, OCAP_MDL_MAP), rcInvalidArgument);
	assert_rc(get(h, OBJECT_NOTICE, 0), rcOk);
	assert_rc(get(h, OBJECT_NOTICE, OCAP_HANDLE_COPY), rcOk);
	assert_rc(get(h, OBJECT_NOTICE, OCAP_NOTICE_WAIT), rcNoCapability);
	assert_rc(get(h, OBJECT_NOTICE, OCAP_NOTICE_WAIT | OCAP_HANDLE_COPY), rcNoCapability);
}

/* The id of a closed handle stays wrong although its place is used again. */
static void test_generations(void **state)
{
	Handle first = open_one(0), last = first;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		assert_rc(handle_close(&table, last), rcOk);
		last = open_one(0);
		assert_int_equal(last & 0xffff, first & 0xffff);
		assert_rc(get(first, OBJECT_NOTICE, 0), rcInvalidArgument);
	}
	assert_rc(get(last, OBJECT_NOTICE, 0), rcOk);
}

static void test_generations_wrap_to_a_valid_one(void **state)
{
	Handle h = open_one(0);

	(void)state;
	for (unsigned int i = 0; i < 70000; i++) {
		assert_rc(handle_close(&table, h), rcOk);
		h = open_one(0);
		assert_int_not_equal(h >> 16, 0);
		assert_int_not_equal(h >> 16, 0xffff);
	}
}

static void test_exhaustion(void **state)
{
	static Handle handle[HANDLES_MAX];

	(void)state;
	for (u32 i = 0; i < HANDLES_MAX; i++)
		handle[i] = open_one(i);
	assert_int_equal(table.count, HANDLES_MAX);
	assert_rc(handle_reserve(&table), rcQuotaExceeded);
	for (u32 i = 0; i < HANDLES_MAX; i++) {
		/* Each has its own rights. */
		assert_rc(get(handle[i], OBJECT_NOTICE, i), rcOk);
		assert_rc(get(handle[i], OBJECT_NOTICE, HANDLES_MAX), rcNoCapability);
	}
	/* Places that are free again come first. */
	assert_rc(handle_close(&table, handle[77]), rcOk);
	assert_rc(handle_close(&table, handle[4000]), rcOk);
	open_one(0);
	open_one(0);
	assert_rc(handle_reserve(&table), rcQuotaExceeded);
	assert_int_equal(notice->object.refs, 1 + HANDLES_MAX);
	handle_close_all(&table);
	assert_int_equal(notice->object.refs, 1);
	assert_rc(get(handle[0], OBJECT_NOTICE, 0), rcInvalidArgument);
	/* Usable again. */
	open_one(0);
}

static void test_no_memory_for_a_chunk(void **state)
{
	(void)state;
	memory_fail(FAIL_FROM, 0);
	assert_rc(handle_reserve(&table), rcOutOfMemory);
	memory_fail_end();
	for (u32 i = 0; i < HANDLES_PER_CHUNK; i++)
		open_one(0);
	memory_fail(FAIL_FROM, 0);
	assert_rc(handle_reserve(&table), rcOutOfMemory);
	memory_fail_end();
	assert_int_equal(table.count, HANDLES_PER_CHUNK);
	/* A reservation lasts until it is used, and costs once. */
	assert_rc(handle_reserve(&table), rcOk);
	memory_fail(FAIL_FROM, 0);
	assert_rc(handle_reserve(&table), rcOk);
	memory_fail_end();
}

/* A process with many handles has less memory for other things. */
static void test_chunks_count(void **state)
{
	(void)state;
	vm.limit = HANDLE_CHUNK_PAGES;
	for (u32 i = 0; i < HANDLES_PER_CHUNK; i++)
		open_one(0);
	assert_int_equal(vm_used(&vm), 0);
	memory_fail(FAIL_FROM, 0);
	assert_rc(handle_reserve(&table), rcOutOfMemory);
	memory_fail_end();
	assert_int_equal(vm_used(&vm), 0);
	for (u32 i = 0; i < HANDLES_PER_CHUNK; i++)
		open_one(0);
	assert_int_equal(vm_used(&vm), HANDLE_CHUNK_PAGES);
	assert_rc(handle_reserve(&table), rcQuotaExceeded);
	vm.limit += HANDLE_CHUNK_PAGES;
	assert_rc(handle_reserve(&table), rcOk);
}

static void test_random_against_model(void **state)
{
	static struct {
		Handle handle;
		u32 rights;
	} model[200];
	u64 random = TEST_SEED;
	u32 count = 0;

	(void)state;
	for (unsigned int turn = 0; turn < 20000; turn++) {
		u64 i = test_random(&random) % ARRAY_SIZE(model);

		if (model[i].handle) {
			assert_rc(get(model[i].handle, OBJECT_NOTICE, model[i].rights), rcOk);
			assert_rc(get(model[i].handle, OBJECT_NOTICE, ~model[i].rights | 1u << 31),
				  rcNoCapability);
			assert_rc(handle_close(&table, model[i].handle), rcOk);
			model[i].handle = 0;
			count--;
		} else {
			model[i].rights = (u32)test_random(&random) & 0x7fffffff;
			model[i].handle = open_one(model[i].rights);
			count++;
		}
		assert_int_equal(table.count, count);
		assert_int_equal(notice->object.refs, 1 + count);
	}
}

#define HANDLE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HANDLE_TEST(test_open_get_close),
		HANDLE_TEST(test_unknown_ids),
		HANDLE_TEST(test_type_and_rights),
		HANDLE_TEST(test_generations),
		HANDLE_TEST(test_generations_wrap_to_a_valid_one),
		HANDLE_TEST(test_exhaustion),
		HANDLE_TEST(test_no_memory_for_a_chunk),
		HANDLE_TEST(test_chunks_count),
		HANDLE_TEST(test_random_against_model),
	};

	return cmocka_run_group_tests_name("handle", tests, NULL, NULL);
}
