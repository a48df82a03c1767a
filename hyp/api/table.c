/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <floe/abi.h>

#define PLAIN(number, function) [FloeFn##number] = { api_##function, { .any = false } },
#define ROW(number, function, ...)                                                                 \
	[FloeFn##number] = { api_##function, { .any = true, __VA_ARGS__ } },
#define CHECKED(number, function, ...) ROW(number, function, CHECK(function), __VA_ARGS__)

#define CHECK(name) .check = api_##name##_check
#define OBJECT(kind, right)                                                                        \
	.type = OBJECT_##kind, .rights = OCAP_##kind##_##right >> API_RIGHTS_SHIFT
#define TASK(right, when) OBJECT(TASK, right), .call = CALL_##when
#define IN(arg, input) .in = { arg, sizeof(input) }
#define OUT(...) .out = { __VA_ARGS__ }
#define BUFFER(pointer, size, max) .buffer = { pointer, size, max }
#define FIELD(object, member)                                                                      \
	.field = offsetof(struct object, member), OUT({ 1, sizeof(((struct object *)0)->member) })

const struct api_row api_table[FloeFnCount] = {
#include "api/rows.h"
};
