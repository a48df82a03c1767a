/* SPDX-License-Identifier: Apache-2.0 */
#include "console/format.h"

const char format_digit[16] = "0123456789abcdef";

const char format_register[32][4] = { "   ", "ra ", "sp ", "gp ", "tp ", "t0 ", "t1 ", "t2 ",
				      "s0 ", "s1 ", "a0 ", "a1 ", "a2 ", "a3 ", "a4 ", "a5 ",
				      "a6 ", "a7 ", "s2 ", "s3 ", "s4 ", "s5 ", "s6 ", "s7 ",
				      "s8 ", "s9 ", "s10", "s11", "t3 ", "t4 ", "t5 ", "t6 " };

struct output {
	char *to;
	u64 size, used;
};

static void put(struct output *o, char c)
{
	if (o->used < o->size)
		o->to[o->used++] = c;
}

static void put_number(struct output *o, u64 value, unsigned int base, unsigned int width)
{
	char digits[24];
	unsigned int n = 0;

	do {
		digits[n++] = format_digit[value % base];
		value /= base;
	} while (value);
	for (unsigned int i = n; i < width; i++)
		put(o, '0');
	while (n)
		put(o, digits[--n]);
}

u64 format_text(char *to, u64 size, const char *f, va_list args)
{
	struct output o = { to, size, 0 };
	i64 value;

	for (; *f; f++) {
		unsigned int width = 0;
		bool is_long;

		if (*f != '%') {
			put(&o, *f);
			continue;
		}
		while (*++f >= '0' && *f <= '9')
			width = width * 10 + (unsigned int)(*f - '0');
		is_long = *f == 'l';
		f += is_long;
		switch (*f) {
		case 's':
			for (const char *s = va_arg(args, const char *); *s; s++)
				put(&o, *s);
			break;
		case 'd':
			value = is_long ? va_arg(args, long) : va_arg(args, int);
			if (value < 0)
				put(&o, '-');
			put_number(&o, value < 0 ? -(u64)value : (u64)value, 10, width);
			break;
		case 'u':
		case 'x':
			put_number(&o,
				   is_long ? va_arg(args, unsigned long)
					   : va_arg(args, unsigned int),
				   *f == 'u' ? 10 : 16, width);
			break;
		default:
			put(&o, *f);
			break;
		}
	}
	return o.used;
}

u64 format_string(char *to, u64 size, const char *f, ...)
{
	va_list args;
	u64 n;

	va_start(args, f);
	n = format_text(to, size - 1, f, args);
	va_end(args);
	to[n] = 0;
	return n;
}
