/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree's properties that matter, at most 32; those of caches stand as in
 * GsiCaches. Whoever includes this defines what becomes of an id and a name: here it ends.
 */
PROPERTY(ADDRESS_CELLS, "#address-cells")
PROPERTY(SIZE_CELLS, "#size-cells")
PROPERTY(COMPATIBLE, "compatible")
PROPERTY(DEVICE_TYPE, "device_type")
PROPERTY(STATUS, "status")
PROPERTY(REG, "reg")
PROPERTY(REG_SHIFT, "reg-shift")
PROPERTY(REG_IO_WIDTH, "reg-io-width")
PROPERTY(NO_MAP, "no-map")
PROPERTY(CLOCK_FREQUENCY, "clock-frequency")
PROPERTY(CURRENT_SPEED, "current-speed")
PROPERTY(TIMEBASE, "timebase-frequency")
PROPERTY(ISA, "riscv,isa")
PROPERTY(ISA_EXTENSIONS, "riscv,isa-extensions")
PROPERTY(INITRD_START, "linux,initrd-start")
PROPERTY(INITRD_END, "linux,initrd-end")
PROPERTY(BOOTARGS, "bootargs")
PROPERTY(STDOUT_PATH, "stdout-path")
PROPERTY(RNG_SEED, "rng-seed")
PROPERTY(CBOM_BLOCK_SIZE, "riscv,cbom-block-size")
PROPERTY(CBOZ_BLOCK_SIZE, "riscv,cboz-block-size")
PROPERTY(I_CACHE_BLOCK_SIZE, "i-cache-block-size")
PROPERTY(I_CACHE_SIZE, "i-cache-size")
PROPERTY(D_CACHE_BLOCK_SIZE, "d-cache-block-size")
PROPERTY(D_CACHE_SIZE, "d-cache-size")
#undef PROPERTY
