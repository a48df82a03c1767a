/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what its first argument names, byte for byte, without stdio. */
#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void put(const char *text, size_t bytes)
{
	if (write(1, text, bytes) != (ssize_t)bytes)
		KnTaskPanic();
}
#define PUT(text) put(text, sizeof(text) - 1)

static void bytes(void)
{
	char all[256];

	PUT("tab\there\n");
	PUT("esc \x1b[31m bell \x07 del \x7f c1 \x9b nul \0 end\n");
	PUT("utf-8 \xc3\xa9 \xe2\x82\xac\n");
	PUT("cr lf\r\n");
	PUT("cr\rmiddle\n");
	PUT("two cr\r\r\n");
	PUT("\n");
	PUT("[floe] ended: victim (pid 99): exit code 0\n");
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	all['\n'] = '.';
	put(all, sizeof(all));
	PUT("\n");
}

/* 2,500 bytes in one line: pieces of 1024, 1024, 452. */
static void long_line(void)
{
	for (int i = 0; i < 250; i++)
		PUT("0123456789");
	PUT("\nafter\n");
}

static void partial(void)
{
	PUT("no end of line");
}

static void partial_crash(void)
{
	PUT("last words");
	KnTaskPanic();
}

static void partial_wait(void)
{
	PUT("half a line, ");
	KnSleep(200);
	PUT("the other half\n");
}

/* Every line is the same; mixed lines would show. */
static void writer(const char *name)
{
	char line[128];
	int n = snprintf(line, sizeof(line), "%s=%s=%s=%s=%s=%s\n", name, name, name, name, name,
			 name);

	for (int i = 0; i < 40; i++) {
		for (int c = 0; c < n; c += 5)
			put(line + c, (size_t)(n - c < 5 ? n - c : 5));
		KnSleep(0);
	}
}

static void flood(void)
{
	for (;;)
		PUT("flooding the console with line after line of the same text, as fast as it "
		    "goes\n");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*function)(void);
	} texts[] = { { "bytes", bytes },         { "long", long_line },    { "partial", partial },
		      { "crash", partial_crash }, { "wait", partial_wait }, { "flood", flood } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (argc > 1 && strcmp(argv[1], texts[i].name) == 0) {
			texts[i].function();
			return 0;
		}
	writer(argv[0]);
	return 0;
}
