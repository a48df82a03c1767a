/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts a child of one name again and again, at once when the one before has
 * ended: nobody who waits for it may keep it for longer.
 */
#include "api-test.h"

enum {
	LIVES = 40,
};

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		KnSleep(50);
		return 0;
	}
	touch_stack();
	for (int i = 0; i < LIVES; i++) {
		Handle child = another("kid", "child", 0, RTL_NULL);

		NEED(KnTaskResume(child));
		CHECK_EQUAL(0, exit_code_of(child));
	}
	return checks_result();
}
