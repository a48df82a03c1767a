/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <floe/abi.h>

/* The checks of several functions, and those of one. */
enum {
	CHECK_none,
#define SHARED(name) CHECK_##name,
#define PLAIN(number, function)
#define ROW(number, function, ...)
#define CHECKED(number, function, ...) CHECK_##function,
#include "api/rows.h"
};

api_fn *const api_checks[] = {
#define SHARED(name) [CHECK_##name] = api_##name##_check,
#define PLAIN(number, function)
#define ROW(number, function, ...)
#define CHECKED(number, function, ...) [CHECK_##function] = api_##function##_check,
#include "api/rows.h"
};

#define SHARED(name)
#define PLAIN(number, function) [FloeFn##number] = { api_##function, { .any = false } },
#define ROW(number, function, ...)                                                                 \
	[FloeFn##number] = { api_##function, { .any = true, __VA_ARGS__ } },
#define CHECKED(number, function, ...) ROW(number, function, CHECK(function), __VA_ARGS__)

#define CHECK(name) .check = CHECK_##name
#define OBJECT(kind, right)                                                                        \
	.type = OBJECT_##kind, .rights = OCAP_##kind##_##right >> API_RIGHTS_SHIFT
#define TASK(right, when) OBJECT(TASK, right), .call = CALL_##when
#define IN(arg, input) .in = { arg, sizeof(input) }
#define IN_OR_NULL(arg, input) .in = { arg, sizeof(input), true }
#define OUT(...) .out = { __VA_ARGS__ }
#define OPENS(arg) .opens = true, OUT({ arg, sizeof(Handle) })
#define BUFFER(pointer, size, max) .buffered = true, .buffer = { pointer, size, max }
#define RANGE(a, b) .memory.range = RANGE_ANY, .memory.base = a, .memory.size = b
#define PLACE(a, b) .memory.range = RANGE_PLACE, .memory.base = a, .memory.size = b
#define SIZE(a) .memory.range = RANGE_SIZE, .memory.base = a, .memory.size = a
#define PAGES(arg) .memory.pages = arg
#define FLAGS(arg, mask) .memory.flags = arg, .memory.allowed = mask
#define RWX VMM_FLAG_RWX_MASK
#define FIELD(object, member)                                                                      \
	.field = offsetof(struct object, member), OUT({ 1, sizeof(((struct object *)0)->member) })

const struct api_row api_table[FloeFnCount] = {
#include "api/rows.h"
};
