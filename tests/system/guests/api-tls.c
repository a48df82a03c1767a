/* SPDX-License-Identifier: Apache-2.0 */
/* KnThreadSetTls: thread-local variables are where it says, until it says otherwise. */
#include "check.h"

#include <coresrv/thread/thread_api.h>
#include <string.h>

static _Thread_local int word = 5;

__attribute__((noipa)) static int get(void)
{
	return word;
}

__attribute__((noipa)) static void set(int value)
{
	word = value;
}

int main(void)
{
	/* As large as the block of this program, whose end only the linker knows. */
	static _Alignas(16) char other[1024];
	char *own;

	__asm__("mv %0, tp" : "=r"(own));
	memcpy(other, own, sizeof(other));
	set(6);
	CHECK_RC(rcOk, KnThreadSetTls(other));
	CHECK_EQUAL(5, get());
	set(7);
	CHECK_RC(rcOk, KnThreadSetTls(own));
	CHECK_EQUAL(6, get());
	CHECK_RC(rcOk, KnThreadSetTls(other));
	CHECK_EQUAL(7, get());
	CHECK_RC(rcOk, KnThreadSetTls(own));
	return checks_result();
}
