// SPDX-License-Identifier: Apache-2.0
/* What boot reads from a device tree (boot/machine.c, boot/tree.c), whole and damaged ones. */
#include "unit.h"

#include "boot/machine.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAMAGED 20000

static char blob[8192] __attribute__((aligned(8)));
static struct machine_tree m;

static void begin(const char *name)
{
	assert_int_equal(fdt_begin_node(blob, name), 0);
}

static void end(void)
{
	assert_int_equal(fdt_end_node(blob), 0);
}

static void text(const char *name, const char *value)
{
	assert_int_equal(fdt_property_string(blob, name, value), 0);
}

static void cell(const char *name, u32 value)
{
	assert_int_equal(fdt_property_u32(blob, name, value), 0);
}

static void reg(u64 start, u64 size)
{
	fdt64_t value[2] = { cpu_to_fdt64(start), cpu_to_fdt64(size) };

	assert_int_equal(fdt_property(blob, "reg", value, sizeof(value)), 0);
}

/* That the next hart says itself, once; 0: nothing. */
static u32 own_timebase;

static void hart(u32 id, const char *isa)
{
	char name[16];

	sprintf(name, "cpu@%x", (unsigned int)id);
	begin(name);
	text("device_type", "cpu");
	cell("reg", id);
	if (isa)
		text("riscv,isa", isa);
	if (own_timebase)
		cell("timebase-frequency", own_timebase);
	own_timebase = 0;
	begin("interrupt-controller");
	cell("#interrupt-cells", 1);
	end();
	end();
}

static void uart(const char *name, const char *compatible, u64 base)
{
	begin(name);
	text("compatible", compatible);
	reg(base, 0x100);
	cell("clock-frequency", 3686400);
	end();
}

static void root(void)
{
	fdt_create(blob, sizeof(blob));
	fdt_add_reservemap_entry(blob, 0x80000000, 0x40000);
	fdt_finish_reservemap(blob);
	begin("");
	cell("#address-cells", 2);
	cell("#size-cells", 2);
}

static void finish(void)
{
	end();
	assert_int_equal(fdt_finish(blob), 0);
}

/* A machine of two harts with these isa strings. */
static void make(const char *isa0, const char *isa1)
{
	root();
	begin("aliases");
	text("serial0", "/soc/serial@2000");
	end();
	begin("chosen");
	text("stdout-path", "serial0:115200n8");
	text("bootargs", "init=bare.elf");
	cell("linux,initrd-start", 0x84000000);
	cell("linux,initrd-end", 0x84100000);
	assert_int_equal(fdt_property(blob, "rng-seed", "0123456789abcdef0123456789abcdef", 32), 0);
	end();
	begin("reserved-memory");
	cell("#address-cells", 2);
	cell("#size-cells", 2);
	begin("firmware@80000000");
	reg(0x80000000, 0x80000);
	fdt_property(blob, "no-map", "", 0);
	end();
	end();
	begin("memory@80000000");
	text("device_type", "memory");
	reg(0x80000000, 0x8000000);
	end();
	begin("cpus");
	cell("#address-cells", 1);
	cell("#size-cells", 0);
	cell("timebase-frequency", 10000000);
	hart(4, isa0);
	hart(7, isa1);
	end();
	begin("soc");
	cell("#address-cells", 2);
	cell("#size-cells", 2);
	uart("serial@1000", "ns16550a", 0x1000);
	uart("serial@2000", "snps,dw-apb-uart", 0x2000);
	begin("test@100000");
	text("compatible", "sifive,test0");
	reg(0x100000, 0x1000);
	end();
	end();
	finish();
}

static void test_all_of_it(void **state)
{
	(void)state;
	make("rv64imafdch_zicsr_sstc", "rv64imafdch_zicsr_sstc");
	assert_null(machine_read(blob, &m));
	assert_int_equal(m.nharts, 2);
	assert_int_equal(m.hart_id[0], 4);
	assert_int_equal(m.hart_id[1], 7);
	assert_int_equal(m.timebase, 10000000);
	assert_int_equal(m.nmemory, 1);
	assert_int_equal(m.memory[0].start, 0x80000000);
	assert_int_equal(m.memory[0].end, 0x88000000);
	assert_int_equal(m.nreserved, 2);
	assert_int_equal(m.reserved[0].end, 0x80040000);
	assert_false(m.reserved[0].no_map);
	assert_int_equal(m.reserved[1].end, 0x80080000);
	assert_true(m.reserved[1].no_map);
	assert_int_equal(m.initrd_start, 0x84000000);
	assert_int_equal(m.initrd_end, 0x84100000);
	assert_string_equal(m.bootargs, "init=bare.elf");
	assert_int_equal(m.seed_bytes, 32);
	assert_memory_equal(m.seed, "0123456789abcdef", 16);
	assert_int_equal(m.uart.base, 0x2000);
	assert_int_equal(m.uart.clock, 3686400);
	assert_int_equal(m.second_uart.base, 0x1000);
	assert_int_equal(m.finisher.base, 0x100000);
}

/* Behind what the hypervisor's page tables reach: as if there were none. */
static void test_devices_out_of_reach(void **state)
{
	(void)state;
	root();
	begin("soc");
	cell("#address-cells", 2);
	cell("#size-cells", 2);
	uart("serial@1000", "ns16550a", MACHINE_END - 0x80);
	begin("test@100000");
	text("compatible", "sifive,test0");
	reg((u64)1 << 40, 0x1000);
	end();
	end();
	finish();
	machine_read(blob, &m);
	assert_int_equal(m.uart.size, 0);
	assert_int_equal(m.finisher.size, 0);
	root();
	begin("soc");
	cell("#address-cells", 2);
	cell("#size-cells", 2);
	uart("serial@1000", "ns16550a", MACHINE_END - 0x100);
	end();
	finish();
	machine_read(blob, &m);
	assert_int_equal(m.uart.base, MACHINE_END - 0x100);
	assert_int_equal(m.uart.size, 0x100);
}

static u32 extensions(const char *isa0, const char *isa1)
{
	make(isa0, isa1);
	assert_null(machine_read(blob, &m));
	return m.extensions;
}

static void test_isa_strings(void **state)
{
	(void)state;
	assert_int_equal(extensions("rv64imafdch", "rv64imafdch"), EXT_H | EXT_D);
	assert_int_equal(extensions("rv64imac", "rv64imac"), 0);
	assert_int_equal(extensions("rv64gch", "rv64gch"), EXT_H | EXT_D);
	/* Letters behind the first underscore are of names. */
	assert_int_equal(extensions("rv64imac_zihpm_zicsr", "rv64imac_zihpm_zicsr"), 0);
	assert_int_equal(extensions("rv64imac_sstc_zicbom_zicboz_zkr", "rv64imac_sstc_zicboz"),
			 EXT_SSTC | EXT_ZICBOZ);
	assert_int_equal(extensions("rv64imac_svinval_svpbmt", "rv64imac_svpbmt"), EXT_SVPBMT);
	/* Longer and shorter names are others. */
	assert_int_equal(extensions("rv64imac_sstcx_sst_zkr_", "rv64imac_zkr"), EXT_ZKR);
	/* One that says nothing may have all. */
	assert_int_equal(extensions(NULL, "rv64imac_h_sstc") & EXT_SSTC, EXT_SSTC);
	assert_int_equal(extensions(NULL, NULL), ~0u);
}

static void test_isa_lists(void **state)
{
	static const char list[] = "i\0m\0h\0zicboz\0sstc";

	(void)state;
	root();
	begin("memory@80000000");
	text("device_type", "memory");
	reg(0x80000000, 0x8000000);
	end();
	begin("cpus");
	cell("#address-cells", 1);
	cell("#size-cells", 0);
	cell("timebase-frequency", 10000000);
	begin("cpu@0");
	text("device_type", "cpu");
	cell("reg", 0);
	text("riscv,isa", "rv64imafdch");
	/* The last one has no end. */
	fdt_property(blob, "riscv,isa-extensions", list, sizeof(list) - 1);
	end();
	end();
	finish();
	assert_null(machine_read(blob, &m));
	/* It counts, and not the string. */
	assert_int_equal(m.extensions, EXT_H | EXT_ZICBOZ | EXT_SSTC);
}

static const char *with_timebase(u32 rate)
{
	root();
	begin("memory@80000000");
	text("device_type", "memory");
	reg(0x80000000, 0x8000000);
	end();
	begin("cpus");
	cell("#address-cells", 1);
	cell("#size-cells", 0);
	cell("timebase-frequency", rate);
	hart(0, "rv64imafdch");
	end();
	finish();
	return machine_read(blob, &m);
}

static void test_what_lacks(void **state)
{
	(void)state;
	assert_non_null(strstr(machine_read(NULL, &m), "no device tree"));
	memset(blob, 0, sizeof(blob));
	assert_non_null(strstr(machine_read(blob, &m), "no device tree"));
	root();
	finish();
	assert_non_null(strstr(machine_read(blob, &m), "no memory node"));
	root();
	begin("memory@80000000");
	text("device_type", "memory");
	reg(0x80000000, 0x8000000);
	end();
	finish();
	assert_non_null(strstr(machine_read(blob, &m), "cpu node"));
	assert_non_null(strstr(with_timebase(0), "no timebase-frequency"));
	assert_non_null(strstr(with_timebase(TIMEBASE_MIN - 1), "no timebase-frequency"));
	assert_null(with_timebase(TIMEBASE_MIN));
	assert_null(with_timebase(TIMEBASE_MAX));
	/* Where it counts for one hart and not for all. */
	own_timebase = 1000000;
	assert_null(with_timebase(0));
	assert_int_equal(m.timebase, 1000000);
	own_timebase = 1000000;
	assert_null(with_timebase(TIMEBASE_MAX));
	assert_int_equal(m.timebase, TIMEBASE_MAX);
}

/* Deeper than what is looked at; such nodes are passed over. */
static void test_deep_tree(void **state)
{
	(void)state;
	root();
	for (unsigned int i = 0; i < 40; i++) {
		begin("deep");
		text("compatible", "ns16550a");
		reg(0x1000, 0x100);
	}
	for (unsigned int i = 0; i < 40; i++)
		end();
	begin("memory@80000000");
	text("device_type", "memory");
	reg(0x80000000, 0x8000000);
	end();
	finish();
	assert_non_null(strstr(machine_read(blob, &m), "cpu node"));
	assert_int_equal(m.nmemory, 1);
}

/* Bytes of any value, in a copy of exactly its size: nothing beside it is read. */
static void test_damaged_trees(void **state)
{
	u64 random = TEST_SEED;
	size_t size;

	(void)state;
	make("rv64imafdch_zicsr_sstc", "rv64imafdch_zicsr_svinval");
	size = fdt_totalsize(blob);
	for (unsigned int i = 0; i < DAMAGED; i++) {
		char *copy = malloc(size);
		u64 changes = 1 + test_random(&random) % 8;

		memcpy(copy, blob, size);
		while (changes--)
			copy[test_random(&random) % size] = (char)test_random(&random);
		/* How long it is the firmware has to know. */
		memcpy(copy + 4, blob + 4, 4);
		machine_read(copy, &m);
		assert_true(m.nharts <= MAX_HARTS && m.nmemory <= MAX_RANGES &&
			    m.nreserved <= MAX_RESERVED);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it),     cmocka_unit_test(test_devices_out_of_reach),
		cmocka_unit_test(test_isa_strings),   cmocka_unit_test(test_isa_lists),
		cmocka_unit_test(test_what_lacks),    cmocka_unit_test(test_deep_tree),
		cmocka_unit_test(test_damaged_trees),
	};

	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
