/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access to control and status registers, and their bits, by the names of the RISC-V
 * privileged specification (version 20211203 and ratified extensions since).
 */
#ifndef ARCH_CSR_H
#define ARCH_CSR_H

/* sstatus and vsstatus */
#define SSTATUS_SIE 0x2
#define SSTATUS_SPIE 0x20
#define SSTATUS_SPP 0x100
#define SSTATUS_FS 0x6000
#define SSTATUS_FS_CLEAN 0x4000
#define SSTATUS_FS_DIRTY 0x6000
#define SSTATUS_FS_TOUCHED (SSTATUS_FS_DIRTY ^ SSTATUS_FS_CLEAN)
#define SSTATUS_VS 0x600 /* as FS */
#define SSTATUS_VS_CLEAN 0x400
#define SSTATUS_VS_TOUCHED 0x200
#define SSTATUS_SD (1ul << 63)
#define SSTATUS_SUM 0x40000
#define SSTATUS_UXL_64 0x200000000

/* hstatus */
#define HSTATUS_SPV 0x80
#define HSTATUS_SPVP 0x100
#define HSTATUS_VTW 0x200000
#define HSTATUS_VSXL_64 0x200000000

#define STVEC_VECTORED 1ul /* interrupts go to the base + 4 x cause */

/* sip, sie: bits of the supervisor level; of the virtual one a bit higher */
#define IRQ_SSI 0x2
#define IRQ_STI 0x20
#define IRQ_VSTI 0x40
#define IRQ_VS_ALL 0x444

/* scause */
#define CAUSE_INTERRUPT (1ul << 63)
#define CAUSE_ILLEGAL_INSTRUCTION 2
#define CAUSE_BREAKPOINT 3
#define CAUSE_ECALL_VS 10
#define CAUSE_FETCH_PAGE_FAULT 12
#define CAUSE_FETCH_GUEST_PAGE_FAULT 20
#define CAUSE_LOAD_GUEST_PAGE_FAULT 21
#define CAUSE_VIRTUAL_INSTRUCTION 22
#define CAUSE_STORE_GUEST_PAGE_FAULT 23
/* Bit n stands for cause n: misaligned, access fault, page fault, guest-page fault. */
#define CAUSES_OF_FETCH 0x101003u
#define CAUSES_OF_LOAD 0x202030u
#define CAUSES_OF_STORE 0x8080c0u
#define CAUSES_MISALIGNED 0x51u
#define CAUSE_S_TIMER 5

/*
 * Exceptions that a guest takes itself: all that can be delegated but the
 * calls for us. Access faults, misaligned accesses and illegal instructions
 * enter M-mode first, and firmware sends them on to VS-mode only with these
 * bits; its way to HS-mode is broken on some machines.
 */
#define HEDELEG_ALL 0xb1fful

#define SATP_MODE_SV39 (8ul << 60)
/* Sv39x4 with its 3 levels is mode 8, Sv48x4 with 4 is 9. */
#define HGATP_MODE(levels) (((u64)(levels) + 5) << 60)
#define HGATP_VMID_SHIFT 44
#define HGATP_VMID_MASK 0x3ffful
#define HGATP_PPN_MASK ((1ul << 44) - 1)

/* henvcfg */
#define HENVCFG_PBMTE (1ul << 62)
#define HENVCFG_STCE (1ul << 63)

/* htinst of a guest-page fault by an access to a VS-stage table, of 64-bit entries */
#define HTINST_IMPLICIT 0x3000ul
#define HTINST_IMPLICIT_WRITE 0x20ul

/* hstateen0: what a guest may reach of the state that Smstateen guards */
#define HSTATEEN0_SENVCFG (1ul << 62)

/* hcounteren: cycle, time, instret */
#define HCOUNTEREN_BASE 0x7

#ifndef __ASSEMBLER__
/* csr is the register's name, which binutils know all from 2.40 on. */
#define csr_read(csr)                                                                              \
	({                                                                                         \
		unsigned long csr_v_;                                                              \
		__asm__ volatile("csrr %0, " #csr : "=r"(csr_v_)::"memory");                       \
		csr_v_;                                                                            \
	})

#define csr_do(instruction, csr, value)                                                            \
	({                                                                                         \
		unsigned long csr_w_ = (value);                                                    \
		__asm__ volatile(instruction " " #csr ", %0" ::"rK"(csr_w_) : "memory");           \
	})
#define csr_write(csr, value) csr_do("csrw", csr, value)
#define csr_set(csr, bits) csr_do("csrs", csr, bits)
#define csr_clear(csr, bits) csr_do("csrc", csr, bits)

/* Writes it and gives what was there. */
#define csr_swap(csr, value)                                                                       \
	({                                                                                         \
		unsigned long csr_v_;                                                              \
		__asm__ volatile("csrrw %0, " #csr ", %1" : "=r"(csr_v_) : "r"(value) : "memory"); \
		csr_v_;                                                                            \
	})

/*
 * Executes an instruction that may trap, with a register for its result as %1 and an operand
 * in %2: true if it did not. Only while stvec is probe_trap, which goes on behind an
 * instruction of 4 bytes that traps, and clears t6. A trap changes sepc, scause, stval,
 * sstatus.SPP, htval, htinst and hstatus.
 */
#define instruction_try(instruction, result, operand)                                              \
	({                                                                                         \
		register unsigned long csr_ok_ __asm__("t6") = 1;                                  \
		__asm__ volatile(instruction                                                       \
				 : "+r"(csr_ok_), "=&r"(result)                                    \
				 : "r"(operand)                                                    \
				 : "memory");                                                      \
		csr_ok_ != 0;                                                                      \
	})
extern const char probe_trap[];

/* Is there such an instruction? */
#define instruction_probe(instruction, operand)                                                    \
	({                                                                                         \
		unsigned long csr_tmp_;                                                            \
		instruction_try(instruction, csr_tmp_, operand);                                   \
	})

/* Does that CSR exist, and may it be read? */
#define csr_probe(csr) instruction_probe("csrr %1, " #csr, 0)
#endif

#endif
