/* SPDX-License-Identifier: Apache-2.0 */
/* Boot, in the order of things: from the firmware's entry to init's first instruction. */
#include "boot/boot.h"

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/exit.h"
#include "arch/hart.h"
#include "arch/image.h"
#include "arch/remote.h"
#include "arch/sbi.h"
#include "arch/this_hart.h"
#include "console/console.h"
#include "core/lock.h"
#include "core/page.h"
#include "core/place.h"
#include "core/rng.h"
#include "core/slab.h"
#include "core/system.h"
#include "core/trace.h"
#include "core/vm.h"

#include <string.h>

#define HSM_HART_START 0
#define IPI_SEND 0

struct hart boot_hart;
u32 harts_ready;

/* How long harts may take to come. */
#define PATIENCE_MS 100

static u32 arrived; /* secondary harts; atomic */
static struct machine_tree tree BOOT_ONLY(1);
static u64 boot_time; /* the time CSR when Floe was entered */
static Gsi *gsi;      /* what all partitions read about the machine */

static _Noreturn void give_up(const char *why)
{
	console_printf("cannot start: %s", why);
	console_flush();
	system_power_off(false);
}

static void require(const char *problem)
{
	if (problem)
		give_up(problem);
}

/* One struct hart for each cpu node; the boot hart has one already. */
static void make_harts(u64 boot_id)
{
	nharts = tree.nharts;
	for (unsigned int i = 0; i < nharts; i++) {
		bool boot = tree.hart_id[i] == boot_id;

		harts[i] = boot ? &boot_hart : mem_alloc(sizeof(struct hart));
		if (!harts[i])
			give_up(init_no_memory);
		harts[i]->id = tree.hart_id[i];
		harts[i]->index = i;
		hart_init(harts[i]);
		harts[i]->stack_top = boot ? (u64)boot_stack_top : memory_map_stack(i);
		if (!harts[i]->stack_top || !trace_init(harts[i]))
			give_up(init_no_memory);
		if (!boot)
			sched_init(harts[i]);
	}
	if (harts[boot_hart.index] != &boot_hart)
		give_up("the hart that the firmware started has no cpu node in the device tree");
}

/* Partitions find the harts there that there will be; one that never comes holds nobody up for
 * long. */
static void wait_for_secondaries(u32 started)
{
	hart_set_timer(cpu_time() + ticks_from_ms(PATIENCE_MS));
	lock_release();
	while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < started && !hart_timer_pending()) {
		cpu_wfi();
		remote_acknowledge();
	}
	lock_take();
}

static void start_secondaries(void)
{
	u32 started = 0;

	__atomic_store_n(&harts_ready, 1, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < nharts; i++) {
		struct sbi_result r;

		if (harts[i] == &boot_hart)
			continue;
		r = sbi_call(SBI_EXT_HSM, HSM_HART_START, harts[i]->id, (u64)image_start, 0);
		if (r.error)
			console_printf("hart %lu stays off: the firmware's HSM extension says %ld",
				       harts[i]->id, r.error);
		else
			started++;
	}
	wait_for_secondaries(started);
}

static void map_system_window(void)
{
	u64 bytes = tree.initrd_end - tree.initrd_start;
	void *romfs = bytes ? (void *)tree.initrd_start : NULL;
	void *trap_page = page_alloc_zero(0);

	gsi = page_alloc_zero(0);
	if (bytes && (!page_aligned(tree.initrd_start) || bytes > VM_ROMFS_MAX))
		give_up("the initial RAM disk begins within a page (4096 bytes), or has more than "
			"1022 MiB");
	if (trap_page)
		memcpy(trap_page, trap_page_code, TRAP_PAGE_CODE_SIZE);
	if (!trap_page || !gsi || !vm_system_init(trap_page, gsi, romfs, bytes))
		give_up(init_no_memory);
	gsi->startTime = boot_time;
	gsi->ticksPerSecond = machine.timebase;
	gsi->caches = tree.caches;
}

/* From now on this hart runs partitions. */
static void join(struct hart *hart)
{
	place_join(hart);
	gsi->cpuMask |= (u64)1 << hart->index;
	gsi->cpuCount++;
}

static void greet(const char *random)
{
	console_printf("Floe " FLOE_VERSION ": %u hart%s, %lu KiB free, %s%s, %u VMIDs, timer %s, "
		       "random: %s",
		       nharts, nharts == 1 ? "" : "s", page_count_free() * 4,
		       machine.gstage_levels == 3 ? "Sv39x4" : "Sv48x4",
		       machine.svinval ? " with Svinval" : "", machine.vmid_max + 1,
		       machine.sstc ? "Sstc" : "SBI", random);
	if (tree.left_out)
		console_printf("%u harts stay off: Floe runs on %u at most", tree.left_out,
			       MAX_HARTS);
}

void boot_main(u64 hart_id, const void *device_tree)
{
	const char *problem;

	boot_time = cpu_time();
	sched_init(&boot_hart);
	lock_take();
	problem = machine_read(device_tree, &tree);
	console_init(device_find(&tree.uart), device_find_second(&tree.second_uart));
	power_init(&tree.finisher);
	require(problem);
	require(probe_machine(&tree));
	require(memory_init(&tree, device_tree));
	require(memory_map_own(&tree, device_tree));
	make_harts(hart_id);
	probe_zeroing(&tree);
	hart_setup();
	map_system_window();
	greet(random_collect(tree.seed, tree.seed_bytes));
	join(&boot_hart);
	require(init_start(tree.bootargs));
	start_secondaries();
	guest_enter_first();
}

/* The boot hart sleeps until then. */
static void arrive(void)
{
	__atomic_add_fetch(&arrived, 1, __ATOMIC_RELEASE);
	sbi_call(SBI_EXT_IPI, IPI_SEND, 1, boot_hart.id, 0);
}

void secondary_main(void)
{
	const char *difference = probe_difference();

	if (!difference)
		hart_setup();
	lock_take();
	if (!difference) {
		join(this_hart());
		arrive();
		guest_enter_first();
	}
	/* It stays off; the others do without it. */
	console_printf("hart %lu stays off: it and the boot hart differ in %s", this_hart()->id,
		       difference);
	boot_hart.rq.work |= WORK_CONSOLE;
	lock_release();
	arrive();
	csr_write(sie, 0);
	for (;;)
		cpu_wfi();
}
