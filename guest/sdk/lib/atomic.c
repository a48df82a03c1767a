/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Atomic operations on one and two bytes, for which the compiler calls a function unless
 * it is gcc 14 or newer: the base instruction set has them for words only. Each
 * is made on the word that the object lies in, with what is beside it kept. Stronger than
 * some orders want, never weaker. The symbols are those of gcc's libatomic.
 */
#include <stdbool.h>
#include <stdint.h>

/* Where an object lies in its word. */
struct place {
	uint32_t *word;
	unsigned shift;
	uint32_t mask;
};

static struct place place_of(volatile void *object, uint32_t mask)
{
	uintptr_t address = (uintptr_t)object;
	unsigned shift = (unsigned)(address % sizeof(uint32_t)) * 8;

	return (struct place){ (uint32_t *)(address - address % sizeof(uint32_t)), shift,
			       mask << shift };
}

/* Puts `new` there if nobody has changed the word since it was `old`, else gives that anew. */
static bool replace(const struct place *p, uint32_t *old, uint32_t new)
{
	return __atomic_compare_exchange_n(p->word, old,
					   (*old & ~p->mask) | (new << p->shift & p->mask), true,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

enum change {
	EXCHANGE,
	ADD,
	SUB,
	AND,
	OR,
	XOR,
	NAND
};

static uint32_t changed(enum change change, uint32_t old, uint32_t operand)
{
	switch (change) {
	case ADD:
		return old + operand;
	case SUB:
		return old - operand;
	case AND:
		return old & operand;
	case OR:
		return old | operand;
	case XOR:
		return old ^ operand;
	case NAND:
		return ~(old & operand);
	default:
		return operand;
	}
}

/* Gives what was there before. */
static uint32_t change(volatile void *object, uint32_t mask, enum change how, uint32_t operand)
{
	struct place p = place_of(object, mask);
	uint32_t word = __atomic_load_n(p.word, __ATOMIC_RELAXED), old;

	do {
		old = (word & p.mask) >> p.shift;
	} while (!replace(&p, &word, changed(how, old, operand)));
	return old;
}

static bool compare(volatile void *object, uint32_t mask, uint32_t *expected, uint32_t new)
{
	struct place p = place_of(object, mask);
	uint32_t word = __atomic_load_n(p.word, __ATOMIC_SEQ_CST);

	do {
		uint32_t old = (word & p.mask) >> p.shift;

		if (old != *expected) {
			*expected = old;
			return false;
		}
	} while (!replace(&p, &word, new));
	return true;
}

/* The compiler knows the names, and wants its own declarations of them. */
#define FETCH(name, size, type, how)                                                               \
	type floe_##name##_##size(volatile void *object, type operand, int order) __asm__(         \
		"__atomic_" #name "_" #size) __attribute__((weak));                                \
	type floe_##name##_##size(volatile void *object, type operand, int order)                  \
	{                                                                                          \
		(void)order;                                                                       \
		return (type)change(object, (type)-1, how, operand);                               \
	}

#define ALL(size, type)                                                                            \
	FETCH(exchange, size, type, EXCHANGE)                                                      \
	FETCH(fetch_add, size, type, ADD)                                                          \
	FETCH(fetch_sub, size, type, SUB)                                                          \
	FETCH(fetch_and, size, type, AND)                                                          \
	FETCH(fetch_or, size, type, OR)                                                            \
	FETCH(fetch_xor, size, type, XOR)                                                          \
	FETCH(fetch_nand, size, type, NAND)                                                        \
	bool floe_compare_exchange_##size(                                                         \
		volatile void *object, void *expected, type new, int success,                      \
		int failure) __asm__("__atomic_compare_exchange_" #size) __attribute__((weak));    \
	bool floe_compare_exchange_##size(volatile void *object, void *expected, type new,         \
					  int success, int failure)                                \
	{                                                                                          \
		type *at = expected;                                                               \
		uint32_t seen = *at;                                                               \
		bool same = compare(object, (type)-1, &seen, new);                                 \
                                                                                                   \
		(void)success;                                                                     \
		(void)failure;                                                                     \
		*at = (type)seen;                                                                  \
		return same;                                                                       \
	}

ALL(1, uint8_t)
ALL(2, uint16_t)
