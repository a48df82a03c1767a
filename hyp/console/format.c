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

struct spec {
	bool is_long;
	unsigned int width;
};

static void put(struct output *o, char c)
{
	if (o->used < o->size)
		o->to[o->used++] = c;
}

static void put_number(struct output *o, u64 value, unsigned int base, const struct spec *spec)
{
	char digits[24];
	unsigned int n = 0;

	do {
		digits[n++] = format_digit[value % base];
		value /= base;
	} while (value);
	for (unsigned int i = n; i < spec->width; i++)
		put(o, '0');
	while (n)
		put(o, digits[--n]);
}

static const char *parse_spec(const char *f, struct spec *spec)
{
	*spec = (struct spec){ 0 };
	for (; *f >= '0' && *f <= '9'; f++)
		spec->width = spec->width * 10 + (unsigned int)(*f - '0');
	for (; *f == 'l'; f++)
		spec->is_long = true;
	return f;
}

u64 format_text(char *to, u64 size, const char *f, va_list args)
{
	struct output o = { to, size, 0 };
	struct spec spec;
	i64 value;

	for (; *f; f++) {
		if (*f != '%') {
			put(&o, *f);
			continue;
		}
		f = parse_spec(f + 1, &spec);
		switch (*f) {
		case 's':
			for (const char *s = va_arg(args, const char *); *s; s++)
				put(&o, *s);
			break;
		case 'd':
			value = spec.is_long ? va_arg(args, long) : va_arg(args, int);
			if (value < 0)
				put(&o, '-');
			put_number(&o, value < 0 ? -(u64)value : (u64)value, 10, &spec);
			break;
		case 'u':
		case 'x':
			put_number(&o,
				   spec.is_long ? va_arg(args, unsigned long)
						: va_arg(args, unsigned int),
				   *f == 'u' ? 10 : 16, &spec);
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
