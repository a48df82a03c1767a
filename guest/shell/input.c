/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"

#include <coresrv/console/console_api.h>
#include <string.h>

enum {
	AHEAD = 4096, /* bytes that may be typed ahead; more waits in the device */
	CTRL_C = 3,
	INPUT_LATE = -1,
	INPUT_CLOSED = -2,
};

static char ahead[AHEAD];
static size_t first, end; /* what is there: ahead[first] to ahead[end - 1] */

int input_byte(uint32_t timeout)
{
	rtl_size_t count = 0;
	Retcode rc;

	if (first == end) {
		first = 0;
		end = 0;
		rc = KnConsoleRead(ahead, sizeof(ahead), timeout, &count);
		if (rc != rcOk)
			return rc == rcTimeout ? INPUT_LATE : INPUT_CLOSED;
		end = count;
	}
	return (unsigned char)ahead[first++];
}

bool input_next(char *c)
{
	int byte = input_byte(INFINITE_TIMEOUT);

	*c = (char)byte;
	return byte >= 0;
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
