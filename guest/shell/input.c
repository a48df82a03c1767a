/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"

#include <coresrv/console/console_api.h>
#include <string.h>

enum {
	AHEAD = 4096, /* bytes that may be typed ahead; more waits in the device */
	CTRL_C = 3,
};

static char ahead[AHEAD];
static size_t first, end; /* what is there: ahead[first] to ahead[end - 1] */

bool input_next(char *c)
{
	rtl_size_t count = 1;

	if (first == end) {
		first = 0;
		end = 0;
		if (KnConsoleRead(ahead, sizeof(ahead), INFINITE_TIMEOUT, &count) != rcOk)
			return false;
		end = count;
	}
	*c = ahead[first++];
	return true;
}

bool interrupted(void)
{
	rtl_size_t count = 0;

	memmove(ahead, &ahead[first], end - first);
	end -= first;
	first = 0;
	if (end < sizeof(ahead) &&
	    KnConsoleRead(&ahead[end], sizeof(ahead) - end, 0, &count) == rcOk)
		end += count;
	for (size_t i = end; i-- > 0;)
		if (ahead[i] == CTRL_C) {
			first = i + 1;
			return true;
		}
	return false;
}
