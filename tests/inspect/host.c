// SPDX-License-Identifier: Apache-2.0
/*
 * Shows a frozen process, made out of tests/inspect/sample.c's file, to the real
 * tools:
 *
 *	host gdb IMAGE    a gdb server on standard input and output; says on
 *	                  standard error how gdb went
 *	host core IMAGE   its core file on standard output
 *	host send IMAGE   the same by ZMODEM
 *
 * A number behind IMAGE damages about one byte in so many on the line, both ways.
 */
#include "inspect/core_file.h"
#include "inspect/gdb_server.h"
#include "inspect/zmodem.h"
#include "process.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOAD_OFFSET 0x3ded1ca000u

static unsigned int one_in; /* bytes damaged; 0: none */

/* A byte as a bad line gives it on; -1: not at all. The same in every run. */
static int damage(uint8_t c)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	if (!one_in || state % one_in)
		return c;
	return state >> 40 & 1 ? -1 : c ^ 1 << (state >> 48 & 7);
}

static int read_byte(void *context, uint32_t timeout)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };
	uint8_t c;
	int given;

	(void)context;
	do {
		if (poll(&p, 1, (int)timeout) <= 0)
			return LINE_TIMEOUT;
		if (read(0, &c, 1) != 1)
			return LINE_CLOSED;
		given = damage(c);
	} while (given < 0);
	return given;
}

static void write_all(const uint8_t *from, size_t size)
{
	while (size) {
		ssize_t n = write(1, from, size);

		if (n <= 0)
			return;
		from += n;
		size -= (size_t)n;
	}
}

static void write_bytes(void *context, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;
	uint8_t damaged[64];
	size_t n = 0;

	(void)context;
	for (size_t i = 0; i < size; i++) {
		int c = damage(from[i]);

		if (c >= 0)
			damaged[n++] = (uint8_t)c;
		if (n == sizeof(damaged) || i + 1 == size) {
			write_all(damaged, n);
			n = 0;
		}
	}
}

/* A null pointer dereferenced three calls deep, while two other threads waited. */
static void make(struct process *p, const char *path)
{
	static const char *const faulting[] = { "main", "control_step", "read_sensor",
						"read_channel", NULL };
	static const char *const waiting[] = { "worker", "idle", NULL };
	const uint64_t taken = 17;
	struct inspect_fault *fault = &p->frozen.target.fault;

	process_load(p, path, LOAD_OFFSET);
	memcpy(frozen_at(&p->frozen, process_symbol(p, "samples_taken"), 8), &taken, 8);
	process_thread(p, 9, 0x4000010000, faulting);
	process_thread(p, 10, 0x4000030000, waiting);
	process_thread(p, 12, 0x4000050000, waiting);
	frozen_region(&p->frozen, 0x5000000000, 0x1000000, INSPECT_READ | INSPECT_WRITE, "heap");
	fault->exception = (struct inspect_exception){ .access = INSPECT_READ,
						       .two_stage = 1,
						       .cause = 21,
						       .pc = p->frozen.threads[0].pc,
						       .instruction = 0x411c,
						       .instruction_size = 2 };
	snprintf(fault->text, sizeof(fault->text), "load guest-page fault on 0x0, nothing mapped");
}

static const struct inspect_line line = { NULL, read_byte, write_bytes };

static int serve_gdb(struct process *p)
{
	static const char *const ends[] = { [GDB_DETACHED] = "detached",
					    [GDB_KILLED] = "killed",
					    [GDB_LEFT] = "left",
					    [GDB_CLOSED] = "closed" };
	static struct gdb_server server;

	fprintf(stderr, "host: %s\n", ends[gdb_serve(&server, &p->frozen.target, &line)]);
	return 0;
}

static int write_core(struct process *p)
{
	static struct core_file core;
	uint8_t part[1000]; /* divides nothing */
	uint64_t offset = 0;
	size_t n;

	if (core_plan(&core, &p->frozen.target) != CORE_OK)
		return 1;
	while ((n = core_read(&core, offset, part, sizeof(part))) > 0) {
		write_bytes(NULL, part, n);
		offset += n;
	}
	return offset == core.size ? 0 : 1;
}

static size_t read_core(void *context, uint64_t offset, void *to, size_t size)
{
	return core_read(context, offset, to, size);
}

static int send_core(struct process *p)
{
	static struct core_file core;
	static struct zmodem z;
	char name[64];
	struct zmodem_file file = { .name = name, .context = &core, .read = read_core };
	enum zmodem_result result;

	if (core_plan(&core, &p->frozen.target) != CORE_OK)
		return 1;
	core_name(&p->frozen.target, name, sizeof(name));
	file.size = core.size;
	result = zmodem_send(&z, &file, &line);
	fprintf(stderr, "host: result %d, %u retries at the end\n", result, z.retries);
	return result == ZMODEM_SENT ? 0 : 1;
}

int main(int argc, char **argv)
{
	static struct process p;
	int status = 2;

	if (argc < 3) {
		fprintf(stderr, "usage: host gdb|core|send IMAGE [DAMAGE]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	make(&p, argv[2]);
	if (argc > 3)
		one_in = (unsigned int)atoi(argv[3]);
	if (strcmp(argv[1], "gdb") == 0)
		status = serve_gdb(&p);
	else if (strcmp(argv[1], "core") == 0)
		status = write_core(&p);
	else if (strcmp(argv[1], "send") == 0)
		status = send_core(&p);
	frozen_end(&p.frozen);
	free(p.file);
	return status;
}
