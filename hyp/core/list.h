/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intrusive circular doubly linked list. A node that is on no list points to
 * itself, so that list_del() of it is harmless and list_empty() answers "am I
 * queued?".
 */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include "core/types.h"

struct list {
	struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_insert(struct list *before, struct list *node, struct list *behind)
{
	node->next = behind;
	node->prev = before;
	behind->prev = node;
	before->next = node;
}

/* Inserts node at the beginning of a list, or behind another node. */
static inline void list_add_head(struct list *head, struct list *node)
{
	list_insert(head, node, head->next);
}

static inline void list_add_tail(struct list *head, struct list *node)
{
	list_insert(head->prev, node, head);
}

/* At the beginning or the end of a list. */
static inline void list_add(struct list *head, struct list *node, bool first)
{
	list_add_tail(first ? head->next : head, node);
}

static inline void list_del(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

/* Moves all nodes of `from` to the empty list `to`. */
static inline void list_move_all(struct list *to, struct list *from)
{
	list_add_head(from, to);
	list_del(from);
}

#define list_first(head, type, member) container_of((head)->next, type, member)

/* Declares e, a pointer to type, for the body; the safe one allows that e leaves the list. */
#define list_for_each(type, e, head, member)                                                       \
	for (type *e = list_first(head, type, member); &e->member != (head);                       \
	     e = list_first(&e->member, type, member))

#define list_for_each_safe(type, e, tmp, head, member)                                             \
	for (type *e = list_first(head, type, member),                                             \
		  *tmp = list_first(&e->member, type, member);                                     \
	     &e->member != (head); e = tmp, tmp = list_first(&e->member, type, member))

#endif
