/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The standard streams. Output is buffered by the line; both output streams
 * are one, so that what they write stays in order.
 */
#include <stdio-bufio.h>
#include <stdio.h>
#include <unistd.h>

static char input[BUFSIZ], output[BUFSIZ];

/* A prompt is to be seen before the answer is awaited. */
static ssize_t read_console(int fd, void *buffer, size_t size)
{
	fflush(stdout);
	return read(fd, buffer, size);
}

static struct __file_bufio input_stream =
	FDEV_SETUP_BUFIO(STDIN_FILENO, input, BUFSIZ, read_console, NULL, NULL, NULL, __SRD, 0);
static struct __file_bufio output_stream = FDEV_SETUP_BUFIO(STDOUT_FILENO, output, BUFSIZ, NULL,
							    write, NULL, NULL, __SWR, __BLBF);

/*
 * Whoever waits for input holds the stream's lock: it is not the one that streams
 * without a lock of their own share, or nobody could write meanwhile.
 */
extern struct __lock floe_input_lock;

__attribute__((constructor(101))) static void set_input_lock(void)
{
	input_stream.lock = &floe_input_lock;
}

FILE *const stdin = &input_stream.xfile.cfile.file;
FILE *const stdout = &output_stream.xfile.cfile.file;
FILE *const stderr = &output_stream.xfile.cfile.file;

/* The first priority that is free to programs runs last. */
__attribute__((destructor(101))) static void flush_output(void)
{
	fflush(stdout);
}
