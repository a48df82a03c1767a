/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

const char *text_after(const char *s, const char *beginning)
{
	for (; *beginning; s++, beginning++)
		if (*s != *beginning)
			return NULL;
	return s;
}

bool text_is(const char *s, const char *other)
{
	const char *rest = text_after(s, other);

	return rest && !*rest;
}
