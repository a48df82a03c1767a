/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine.h"

#include <libfdt.h>
#include <string.h>

/* Where the walk is: nodes at a depth belong to the last node above them. */
struct walk {
	const void *tree;
	struct machine_tree *m;
	int node, depth;
	bool in_cpus, in_reserved;
	int stdout_node;
};

static u64 cells(const fdt32_t *cell, int count)
{
	u64 value = 0;

	for (int i = 0; i < count; i++)
		value = value << 32 | fdt32_to_cpu(cell[i]);
	return value;
}

static bool get_u64(const void *tree, int node, const char *name, u64 *value)
{
	int bytes;
	const fdt32_t *cell = fdt_getprop(tree, node, name, &bytes);

	if (!cell || (bytes != 4 && bytes != 8))
		return false;
	*value = cells(cell, bytes / 4);
	return true;
}

static bool has_type(const struct walk *w, const char *type)
{
	int bytes;
	const char *value = fdt_getprop(w->tree, w->node, "device_type", &bytes);

	return value && bytes == (int)strlen(type) + 1 && !memcmp(value, type, (size_t)bytes);
}

static bool is_enabled(const struct walk *w)
{
	const char *status = fdt_getprop(w->tree, w->node, "status", NULL);

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

/* Adds the ranges of a reg property of the root's cell sizes. */
static void add_ranges(const struct walk *w, struct memory_range *to, unsigned int *count,
		       unsigned int max, int parent)
{
	int address = fdt_address_cells(w->tree, parent), size = fdt_size_cells(w->tree, parent);
	bool no_map = fdt_getprop(w->tree, w->node, "no-map", NULL) != NULL;
	int bytes;
	const fdt32_t *reg = fdt_getprop(w->tree, w->node, "reg", &bytes);

	if (!reg || address < 1 || address > 2 || size < 1 || size > 2)
		return;
	for (int n = bytes / 4; n >= address + size && *count < max; n -= address + size) {
		u64 start = cells(reg, address), length = cells(reg + address, size);

		if (length && start + length > start)
			to[(*count)++] = (struct memory_range){ start, start + length, no_map };
		reg += address + size;
	}
}

/* Extensions of a hart: riscv,isa-extensions, or the string riscv,isa. */
static bool has_extension(const struct walk *w, const char *name)
{
	int bytes;
	const char *list = fdt_getprop(w->tree, w->node, "riscv,isa-extensions", &bytes);
	const char *isa, *at;

	if (list)
		return fdt_stringlist_contains(list, bytes, name);
	isa = fdt_getprop(w->tree, w->node, "riscv,isa", &bytes);
	if (!isa || bytes < 5)
		return true; /* the tree does not say: the probe will */
	if (!name[1]) {
		at = memchr(isa + 4, name[0], strcspn(isa + 4, "_"));
		return at != NULL;
	}
	for (at = strchr(isa, '_'); at; at = strchr(at + 1, '_'))
		if (!strncmp(at + 1, name, strlen(name)) &&
		    (at[1 + strlen(name)] == '_' || !at[1 + strlen(name)]))
			return true;
	return false;
}

static void read_hart(struct walk *w)
{
	struct machine_tree *m = w->m;
	u64 id;

	if (!has_type(w, "cpu") || !is_enabled(w) || m->nharts == MAX_HARTS ||
	    !get_u64(w->tree, w->node, "reg", &id))
		return;
	m->hart_id[m->nharts++] = id;
	m->no_h |= !has_extension(w, "h");
	m->no_fpu |= !has_extension(w, "d");
	m->no_sstc |= !has_extension(w, "sstc");
	m->no_svinval |= !has_extension(w, "svinval");
}

static void read_chosen(struct walk *w)
{
	struct machine_tree *m = w->m;
	int bytes;
	const void *seed = fdt_getprop(w->tree, w->node, "rng-seed", &bytes);
	const char *path = fdt_getprop(w->tree, w->node, "stdout-path", NULL);

	if (!get_u64(w->tree, w->node, "linux,initrd-start", &m->initrd_start) ||
	    !get_u64(w->tree, w->node, "linux,initrd-end", &m->initrd_end) ||
	    m->initrd_end < m->initrd_start)
		m->initrd_start = m->initrd_end = 0;
	m->bootargs = fdt_getprop(w->tree, w->node, "bootargs", NULL);
	if (seed && bytes > 0) {
		m->seed = seed;
		m->seed_bytes = (u32)bytes;
	}
	if (path) /* options may follow the path behind a colon */
		w->stdout_node = fdt_path_offset_namelen(w->tree, path, (int)strcspn(path, ":"));
}

static void read_registers(const struct walk *w, struct device_registers *to)
{
	int parent = fdt_parent_offset(w->tree, w->node);
	struct memory_range range;
	unsigned int count = 0;
	u64 value;

	add_ranges(w, &range, &count, 1, parent < 0 ? 0 : parent);
	if (!count)
		return;
	*to = (struct device_registers){ .base = range.start,
					 .size = range.end - range.start,
					 .width = 1 };
	if (get_u64(w->tree, w->node, "reg-shift", &value) && value < 4)
		to->shift = (u32)value;
	if (get_u64(w->tree, w->node, "reg-io-width", &value) && value == 4)
		to->width = 4;
}

static bool is_compatible(const struct walk *w, const char *name)
{
	return fdt_node_check_compatible(w->tree, w->node, name) == 0;
}

static void read_device(struct walk *w)
{
	struct machine_tree *m = w->m;

	if (!fdt_getprop(w->tree, w->node, "compatible", NULL) || !is_enabled(w))
		return;
	if (is_compatible(w, "sifive,test1") || is_compatible(w, "sifive,test0"))
		read_registers(w, &m->finisher);
	else if ((!m->uart.size || w->node == w->stdout_node) &&
		 (is_compatible(w, "ns16550a") || is_compatible(w, "ns16550") ||
		  is_compatible(w, "snps,dw-apb-uart")))
		read_registers(w, &m->uart);
}

static void read_node(struct walk *w)
{
	const char *name = fdt_get_name(w->tree, w->node, NULL);

	if (w->depth == 1) {
		w->in_cpus = !strcmp(name, "cpus");
		w->in_reserved = !strcmp(name, "reserved-memory");
		if (w->in_cpus)
			get_u64(w->tree, w->node, "timebase-frequency", &w->m->timebase);
		else if (!strcmp(name, "chosen"))
			read_chosen(w);
		else if (has_type(w, "memory") && is_enabled(w))
			add_ranges(w, w->m->memory, &w->m->nmemory, MAX_RANGES, 0);
	}
	if (w->in_cpus && w->depth == 2)
		read_hart(w);
	else if (w->in_reserved && w->depth == 2)
		add_ranges(w, w->m->reserved, &w->m->nreserved, MAX_RESERVED, 0);
	else
		read_device(w);
}

static void read_memory_reservations(const void *tree, struct machine_tree *m)
{
	for (int i = 0; i < fdt_num_mem_rsv(tree) && m->nreserved < MAX_RESERVED; i++) {
		u64 start, size;

		if (!fdt_get_mem_rsv(tree, i, &start, &size) && size)
			m->reserved[m->nreserved++] = (struct memory_range){ start, start + size,
									     false };
	}
}

const char *machine_read(const void *tree, struct machine_tree *m)
{
	struct walk w = { .tree = tree, .m = m, .stdout_node = -1 };

	memset(m, 0, sizeof(*m));
	if (!tree || ((u64)tree & 7) || fdt_check_header(tree))
		return "the firmware passed no device tree in a1; start Floe like a Linux kernel, "
		       "with the hart id in a0 and the device tree's address in a1";
	read_memory_reservations(tree, m);
	w.node = 0;
	while ((w.node = fdt_next_node(tree, w.node, &w.depth)) >= 0 && w.depth > 0)
		read_node(&w);
	if (!m->nmemory)
		return "the device tree has no memory node; add one with device_type = \"memory\" "
		       "and reg";
	if (!m->nharts)
		return "the device tree has no usable cpu node; add nodes with device_type = "
		       "\"cpu\" "
		       "and reg under /cpus";
	if (!m->timebase)
		return "the device tree has no timebase-frequency in /cpus; add the rate of the "
		       "time CSR";
	return NULL;
}
