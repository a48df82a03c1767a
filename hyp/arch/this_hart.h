/* SPDX-License-Identifier: Apache-2.0 */
/* The hart that runs this: tp, which the compiler leaves alone. */
#ifndef ARCH_THIS_HART_H
#define ARCH_THIS_HART_H

struct hart;

register struct hart *hart_self __asm__("tp");

static inline struct hart *this_hart(void)
{
	return hart_self;
}

#endif
