/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the caller that fail, and change nothing of it. */
#ifndef SUPPORT_REFUSED_H
#define SUPPORT_REFUSED_H

#include "support/world.h"

struct refused_call {
	u64 function;
	u64 a[6];
	Retcode rc;
};

/* Fails the test where one does not fail so, or handles, regions or pages are others then. */
void must_refuse(const struct refused_call *c);
void must_refuse_all(const struct refused_call *calls, size_t count);

#endif
