/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for hyp/arch/this_hart.h: the one hart there is. */
#ifndef ARCH_THIS_HART_H
#define ARCH_THIS_HART_H

struct hart;

extern struct hart *fake_this_hart;

static inline struct hart *this_hart(void)
{
	return fake_this_hart;
}

#endif
