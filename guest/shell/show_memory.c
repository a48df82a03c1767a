/* SPDX-License-Identifier: Apache-2.0 */
/* map, x and mem: memory, from the regions of one process to the whole machine. */
#include "command.h"
#include "elf_reader.h"
#include "input.h"
#include "process.h"
#include "target.h"

#include <coresrv/task/task_api.h>
#include <kos/romfs.h>
#include <stdio.h>
#include <string.h>

enum {
	LINE_BYTES = 16,
	X_DEFAULT = 64,
	X_MAX = 65536,
};

/* The program that a process was loaded from, where its image lies in ROMFS. */
struct program {
	bool known;
	char name[PROCESS_TEXT];
	uint64_t offset;
	struct elf_image elf;
};

static void find_program(const struct process *p, struct program *program)
{
	char path[FLOE_NAME_MAX];
	const void *data;
	rtl_size_t size;

	program->offset = p->info.relocBase;
	process_text(p->handle, TaskStringPath, program->name, sizeof(program->name));
	program->known = KnTaskGetString(p->handle, TaskStringPath, path, sizeof(path)) == rcOk &&
			 path[0] && KosRomfsMap(path, &data, &size) == rcOk &&
			 elf_parse(&program->elf, data, size) == ELF_OK;
}

/* What the program has there: the kind of its segment, or NULL. */
static const char *segment_at(const struct program *program, uint64_t address)
{
	struct elf_segment s;
	uint32_t cursor = 0;

	while (program->known && elf_next_segment(&program->elf, &cursor, &s)) {
		uint64_t begin = (s.address + program->offset) & ~(uint64_t)(ELF_PAGE_SIZE - 1);

		if (address < begin || address >= s.address + program->offset + s.memory_size)
			continue;
		if (s.flags & ELF_EXECUTE)
			return "code";
		return s.flags & ELF_WRITE ? "data" : "constants";
	}
	return NULL;
}

static void show_what(const struct program *program, const TaskInfo *info, const TaskRegionInfo *r)
{
	const char *segment = segment_at(program, r->base);

	if (segment)
		printf("%s %s", program->name, segment);
	else if (r->kind == TaskRegionSymbols)
		printf("%s", r->base == info->symTab ? ".symtab" : ".strtab");
	else
		printf("%s", region_text(r->kind));
	if (r->flags & VMM_FLAG_LOCKED)
		printf(", locked");
	if (r->flags & VMM_FLAG_LOW_GUARD)
		printf(", guard below");
	if (r->flags & VMM_FLAG_HIGH_GUARD)
		printf(", guard above");
	printf("\n");
}

static void show_map(const struct process *p)
{
	uint64_t regions = 0, size = 0, committed = 0;
	struct program program;
	TaskRegionInfo r;
	Retcode rc;
	uint64_t after = 0;

	find_program(p, &program);
	printf("            FIRST               LAST ACCESS  PAGES      BYTES WHAT\n");
	while ((rc = KnTaskGetRegionInfo(p->handle, (const void *)(uintptr_t)after, &r)) == rcOk &&
	       r.base > after) {
		printf("%#17lx  %#17lx %s   %6lu %10lu ", (unsigned long)r.base,
		       (unsigned long)(r.base + r.size - 1), access_text(r.flags),
		       (unsigned long)(r.committed / FLOE_PAGE_SIZE), (unsigned long)r.size);
		show_what(&program, &p->info, &r);
		after = r.base;
		regions++;
		size += r.size;
		committed += r.committed;
		if (interrupted())
			return;
	}
	if (rc != rcResourceNotFound && failed(rc, "KnTaskGetRegionInfo"))
		return;
	printf("%lu regions of %lu bytes, %lu pages behind them; with its tables and the like it "
	       "takes %lu KiB\n",
	       (unsigned long)regions, (unsigned long)size,
	       (unsigned long)(committed / FLOE_PAGE_SIZE), (unsigned long)p->info.memory >> 10);
}

void command_map(int argc, char **argv)
{
	struct process p;

	(void)argc;
	if (!process_open(argv[1], &p))
		return;
	if (p.info.state == TaskStateEnded)
		complain("%s has ended, and its memory is gone", p.name);
	else
		show_map(&p);
	process_close(&p);
}

static void show_line(uint64_t address, const uint8_t *data, size_t size)
{
	printf("0x%016lx ", (unsigned long)address);
	for (size_t i = 0; i < LINE_BYTES; i++) {
		printf(i == LINE_BYTES / 2 ? "  " : " ");
		if (i < size)
			printf("%02x", data[i]);
		else
			printf("  ");
	}
	printf("  |");
	for (size_t i = 0; i < size; i++)
		putchar(data[i] >= ' ' && data[i] < 0x7f ? data[i] : '.');
	printf("|\n");
}

static void show_bytes(struct target *t, uint64_t address, uint64_t count)
{
	uint8_t data[LINE_BYTES];

	while (count) {
		size_t wanted = count < LINE_BYTES ? count : LINE_BYTES;
		size_t n = target_read(t, address, data, wanted);

		if (n)
			show_line(address, data, n);
		if (n < wanted) {
			complain("nothing can be read at 0x%lx", (unsigned long)(address + n));
			return;
		}
		address += n;
		count -= n;
		if (interrupted())
			return;
	}
}

void command_x(int argc, char **argv)
{
	uint64_t address, count = X_DEFAULT;
	struct target t;

	if (!parse_number(argv[2], "address", &address) ||
	    (argc > 3 && !parse_number(argv[3], "count of bytes", &count)))
		return;
	if (!count || count > X_MAX) {
		complain("%lu bytes cannot be shown; write 1 to %d", (unsigned long)count, X_MAX);
		return;
	}
	if (!target_open(argv[1], &t))
		return;
	show_bytes(&t, address, count);
	target_close(&t);
}

void command_mem(int argc, char **argv)
{
	struct process p = { .handle = INVALID_HANDLE };
	uint64_t used = 0;
	SysCounters c;

	(void)argc;
	(void)argv;
	if (failed(KnSysGetCounters(&c), "KnSysGetCounters"))
		return;
	printf("%lu KiB free of %lu KiB; in use are %lu processes, %lu threads, %lu handles, %lu "
	       "MDL "
	       "buffers, %lu address spaces\n",
	       (unsigned long)c.freePages * 4, (unsigned long)c.allPages * 4,
	       (unsigned long)c.tasks, (unsigned long)c.threads, (unsigned long)c.handles,
	       (unsigned long)c.mdls, (unsigned long)c.vmids);
	printf("  PID NAME                  MEMORY       LIMIT\n");
	while (process_next(&p)) {
		process_close(&p); /* before the console makes us wait */
		if (!p.info.memory)
			continue;
		printf("%5u %-16s %8lu KiB", (unsigned)p.info.pid, p.name,
		       (unsigned long)p.info.memory >> 10);
		if (p.info.memoryLimit >> 10 < c.allPages * 4)
			printf(" %7lu KiB", (unsigned long)p.info.memoryLimit >> 10);
		printf("\n");
		used += p.info.memory;
	}
	printf("%lu KiB count for processes; memory that several map counts for each\n",
	       (unsigned long)used >> 10);
}
