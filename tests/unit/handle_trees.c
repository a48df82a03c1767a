// SPDX-License-Identifier: Apache-2.0
/* Trees of handles in several spaces, against a model: core/handle.c. */
#include "unit.h"

#include "core/handle.h"
#include "core/notice.h"
#include "core/vm.h"
#include "support/world.h"

#define SPACES 4u
#define NODES 60u
#define BADGES 3u

enum node_state {
	GONE,
	OPEN,
	REVOKED
};

static struct node {
	enum node_state state;
	struct handle_table *space;
	Handle handle;
	u32 rights;
	u64 badge;
	struct node *parent; /* NULL: none, or it was revoked */
} nodes[NODES];

static struct notice *notice;
static struct handle_table spaces[SPACES];
static u64 dice;

static u64 roll(u64 n)
{
	return test_random(&dice) % n;
}

static void model_close(struct node *n)
{
	for (unsigned int i = 0; i < NODES; i++)
		if (nodes[i].state != GONE && nodes[i].parent == n)
			nodes[i].parent = n->parent;
	n->state = GONE;
}

static void model_revoke(struct node *n, u64 badge)
{
	for (unsigned int i = 0; i < NODES; i++) {
		struct node *child = &nodes[i];

		if (child->state != OPEN || child->parent != n || (badge && child->badge != badge))
			continue;
		model_revoke(child, 0);
		child->state = REVOKED;
		child->parent = NULL;
	}
}

/* A node that was free becomes a handle of its own, or a descendant of one that is open. */
static void make(struct node *n)
{
	const struct node *parent = &nodes[roll(NODES)];

	*n = (struct node){ .state = OPEN,
			    .space = &spaces[roll(SPACES)],
			    .rights = (u32)roll(1u << 20),
			    .badge = roll(BADGES + 1) };
	assert_rc(handle_reserve(n->space), rcOk);
	if (parent->state != OPEN || parent == n) {
		object_get(&notice->object);
		n->handle = handle_open(n->space, &notice->object, n->rights);
		return;
	}
	n->parent = &nodes[parent - nodes];
	n->handle = handle_derive(n->space, parent->space, parent->handle, n->rights, n->badge);
}

static void change(struct node *n)
{
	u64 badge = roll(BADGES + 1);

	if (roll(3) == 0 && n->state == OPEN) {
		assert_rc(handle_revoke_descendants(n->space, n->handle, badge), rcOk);
		model_revoke(n, badge);
		return;
	}
	assert_rc(handle_close(n->space, n->handle), rcOk);
	model_close(n);
}

static void end_space_of_handles(struct handle_table *space)
{
	handle_close_all(space);
	for (unsigned int i = 0; i < NODES; i++)
		if (nodes[i].state != GONE && nodes[i].space == space)
			model_close(&nodes[i]);
}

static void check_nodes(void)
{
	u32 open = 0, count[SPACES] = { 0 };

	for (unsigned int i = 0; i < NODES; i++) {
		const struct node *n = &nodes[i];
		struct object *object = NULL;

		if (n->state == GONE)
			continue;
		count[n->space - spaces]++;
		open += n->state == OPEN;
		assert_rc(handle_get(n->space, n->handle, OBJECT_NOTICE, n->rights, &object),
			  n->state == OPEN ? rcOk : rcHandleRevoked);
		assert_ptr_equal(object, n->state == OPEN ? &notice->object : NULL);
	}
	assert_int_equal(notice->object.refs, 1 + open);
	for (unsigned int i = 0; i < SPACES; i++)
		assert_int_equal(spaces[i].count, count[i]);
}

static void test_trees_against_model(void **state)
{
	(void)state;
	notice = notice_create();
	assert_non_null(notice);
	dice = TEST_SEED;
	for (unsigned int turn = 0; turn < 20000; turn++) {
		struct node *n = &nodes[roll(NODES)];

		if (n->state == GONE)
			make(n);
		else if (roll(200) == 0)
			end_space_of_handles(n->space);
		else if (roll(3) == 0)
			change(n);
		check_nodes();
	}
	for (unsigned int i = 0; i < SPACES; i++)
		end_space_of_handles(&spaces[i]);
	check_nodes();
	object_put(&notice->object);
}

/* For large trees: spaces that count for a process, and the root of a tree in the first. */
static Handle begin_large(void)
{
	static struct vm vm;

	vm = (struct vm){ .limit = ~(u64)0 };
	notice = notice_create();
	assert_non_null(notice);
	for (unsigned int i = 0; i < SPACES; i++)
		spaces[i].vm = &vm;
	assert_rc(handle_reserve(&spaces[0]), rcOk);
	return handle_open(&spaces[0], &notice->object, 0);
}

static void end_large(void)
{
	for (unsigned int i = 0; i < SPACES; i++)
		handle_close_all(&spaces[i]);
}

/* A tree, two levels deep, that is too large for one call. */
static void test_revoked_in_portions(void **state)
{
	u32 most = HANDLES_MAX - 1, portions = 1, refs;
	Handle root = begin_large(), other, branch = 0;

	(void)state;
	assert_rc(handle_reserve(&spaces[0]), rcOk);
	object_get(&notice->object);
	other = handle_open(&spaces[0], &notice->object, 0);
	for (u32 i = 0; i < most; i++) {
		assert_rc(handle_reserve(&spaces[1]), rcOk);
		branch = i % 8 ? handle_derive(&spaces[1], &spaces[1], branch, 0, 0)
			       : handle_derive(&spaces[1], &spaces[0], root, 0, i % 32 ? 9 : 1);
	}
	assert_rc(handle_reserve(&spaces[1]), rcOk);
	handle_derive(&spaces[1], &spaces[0], other, 0, 1);
	for (; handle_revoke_descendants(&spaces[0], root, 9) == VM_AGAIN; portions++) {
		refs = notice->object.refs;
		assert_in_range(refs, 3, 2 + most);
	}
	/* All but a quarter have that badge. */
	assert_int_equal(notice->object.refs, 3 + (most + 1) / 4);
	for (; handle_revoke_descendants(&spaces[0], root, 0) == VM_AGAIN; portions++)
		;
	assert_int_equal(notice->object.refs, 3);
	assert_true(portions > 1);
	end_large();
}

/* What it leaves to its parent is too much for one call. */
static void test_closed_in_portions(void **state)
{
	u32 children = HANDLES_MAX - 1, portions = 1;
	Handle root = begin_large(), branch;
	Retcode rc;

	(void)state;
	assert_rc(handle_reserve(&spaces[0]), rcOk);
	branch = handle_derive(&spaces[0], &spaces[0], root, 0, 0);
	for (u32 i = 0; i < children; i++) {
		assert_rc(handle_reserve(&spaces[1]), rcOk);
		handle_derive(&spaces[1], &spaces[0], branch, 0, 0);
	}
	for (; (rc = handle_close(&spaces[0], branch)) == VM_AGAIN; portions++)
		assert_int_equal(notice->object.refs, 2 + children);
	assert_rc(rc, rcOk);
	assert_true(portions > 1);
	assert_int_equal(notice->object.refs, 1 + children);
	while (handle_revoke_descendants(&spaces[0], root, 0) == VM_AGAIN)
		;
	assert_int_equal(notice->object.refs, 1);
	end_large();
}

int main(void)
{
	const struct CMUnitTest tests[] = { MACHINE_TEST(test_trees_against_model),
					    MACHINE_TEST(test_revoked_in_portions),
					    MACHINE_TEST(test_closed_in_portions) };

	return cmocka_run_group_tests_name("handle_trees", tests, NULL, NULL);
}
