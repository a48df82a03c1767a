/* SPDX-License-Identifier: Apache-2.0 */
/* What a program expects of its C library: output, memory, files, arguments, floating point. */
#include "check.h"

#include <coresrv/thread/thread_api.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int constructed;
static _Thread_local int thread_local_word = 77;
static int *const pointer_to_relocate = &constructed;

__attribute__((constructor)) static void construct(void)
{
	constructed = 1;
}

static void memory(void)
{
	char *blocks[100], *large;

	for (int i = 0; i < 100; i++) {
		blocks[i] = malloc((size_t)i * 100 + 1);
		CHECK(blocks[i] != NULL && ((size_t)blocks[i] & 7) == 0);
		memset(blocks[i], i, (size_t)i * 100 + 1);
	}
	for (int i = 0; i < 100; i++) {
		CHECK(blocks[i][0] == i && blocks[i][i * 100] == i);
		free(blocks[i]);
	}
	large = calloc(1, 4u << 20);
	CHECK(large != NULL && large[0] == 0 && large[(4u << 20) - 1] == 0);
	large = realloc(large, 5u << 20);
	CHECK(large != NULL && large[0] == 0);
	free(large);
	CHECK(malloc((size_t)1 << 40) == NULL);
}

static void files(void)
{
	char text[32] = "";
	struct stat status;
	int fd = open("/romfs/system.dtb", O_RDONLY);
	FILE *file = fopen("/romfs/system.dtb", "r");

	CHECK(fd >= 0 && read(fd, text, 4) == 4 && memcmp(text, "\xd0\x0d\xfe\xed", 4) == 0);
	CHECK(fstat(fd, &status) == 0 && status.st_size > 64);
	CHECK(lseek(fd, -4, SEEK_END) == status.st_size - 4);
	CHECK(read(fd, text, sizeof(text)) == 4 && read(fd, text, sizeof(text)) == 0);
	CHECK(lseek(fd, 0, SEEK_SET) == 0 && read(fd, text, 1) == 1 &&
	      (unsigned char)text[0] == 0xd0);
	CHECK(close(fd) == 0 && read(fd, text, 1) == -1 && errno == EBADF);
	CHECK(file != NULL && fseek(file, 2, SEEK_SET) == 0 && fgetc(file) == 0xfe &&
	      fclose(file) == 0);
	CHECK(open("/romfs/absent", O_RDONLY) == -1 && errno == ENOENT);
	CHECK(fopen("/romfs/system.dtb", "w") == NULL);
	CHECK(read(0, text, 1) == 0); /* the console is for those who inspect */
}

static void numbers(int argc, char **argv)
{
	volatile double two = 2, sum = 0;
	char text[128];

	for (int i = 3; i < argc; i++)
		sum += strtod(argv[i], NULL);
	snprintf(text, sizeof(text), "%.3f %e %g %5d|%-5d|%05x %s %c %lld", sum, 1.5e10, 0.1, 42,
		 42, 0xabc, "s", 'c', -5000000000ll);
	printf("%s\n", text);
	CHECK(strcmp(text, "4.250 1.500000e+10 0.1    42|42   |00abc s c -5000000000") == 0);
	CHECK(two / 3 * 3 == 2 && (float)two / 3.0f > 0.66f);
}

static int adds(void *context)
{
	volatile double half = 0.5;

	thread_local_word += *(const int *)context;
	free(malloc(100));
	KnSleep(1);
	return thread_local_word + (int)(half * 4);
}

static void threads(void)
{
	static const int summands[3] = { 1, 2, 3 };
	Handle thread[3];

	for (int i = 0; i < 3; i++) {
		Tid tid;

		CHECK(KnThreadCreateByHandle(&thread[i], &tid, ThreadPriorityNormal, 0, NULL, adds,
					     (void *)(size_t)&summands[i],
					     ThreadFlagCreateWaitable) == rcOk);
	}
	for (int i = 0; i < 3; i++) {
		rtl_int32_t code = 0;

		CHECK(KnThreadWaitByHandle(thread[i], 10000, &code) == rcOk);
		CHECK_EQUAL(77 + summands[i] + 2, code);
	}
	CHECK(thread_local_word == 77);
}

int main(int argc, char **argv)
{
	const char *mode = getenv("MODE");

	CHECK_EQUAL(5, argc);
	CHECK(argv[argc] == NULL && argc > 2 && strcmp(argv[1], "two words") == 0 &&
	      argv[2][0] == '\0');
	CHECK(mode != NULL && strcmp(mode, "x=y") == 0);
	CHECK(getenv("ABSENT") == NULL);
	CHECK(constructed && thread_local_word == 77 && pointer_to_relocate == &constructed);
	memory();
	files();
	numbers(argc, argv);
	threads();
	fprintf(stderr, "one %s ", "line");
	printf("of both\n");
	return checks_result();
}
