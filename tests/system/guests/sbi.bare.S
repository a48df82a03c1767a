/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SBI calls of a guest without the SDK. Each check prints a line with ok or
 * FAILED; then the guest powers itself off with reason 0.
 */
#include "bare.inc"

	.globl _start
_start:
	/* What is promised at the entry. */
	or	s0, a0, a1
	seqz	s0, s0
	check	"a0 and a1 are 0", s0
	csrr	s0, satp
	seqz	s0, s0
	check	"satp is bare", s0
	csrr	s0, sstatus
	andi	s0, s0, 2
	seqz	s0, s0
	check	"interrupts are off", s0

	call_sbi 0x10, 0
	check_answer "Base: specification version 2.0", 0, 0x2000000
	call_sbi 0x10, 1
	check_error "Base: implementation id", 0
	call_sbi 0x10, 2
	check_error "Base: implementation version", 0
	.irp	extension, 0x10, 0x54494d45, 0x53525354, 0x4442434e, 1, 0x0a464c4f
	li	a0, \extension
	call_sbi 0x10, 3
	check_answer "Base: probe of \extension", 0, 1
	.endr
	.irp	extension, 0, 2, 3, 5, 8, 0x735049, 0x52464e43, 0x48534d, 0x504d55, 0x12345678
	li	a0, \extension
	call_sbi 0x10, 3
	check_answer "Base: probe of \extension", 0, 0
	.endr
	.irp	function, 4, 5, 6
	call_sbi 0x10, \function
	check_error "Base: machine id \function", 0
	.endr
	call_sbi 0x10, 7
	check_error "Base: no function 7", NOT_SUPPORTED

	/* Unknown extensions are silent and change no other register. */
	li	s1, 0x1234
	mv	a2, s1
	call_sbi 0x735049, 0
	check_error "IPI", NOT_SUPPORTED
	sub	s0, a2, s1
	seqz	s0, s0
	check	"a2 is kept", s0
	call_sbi 0x12345678, 77
	check_error "an unknown extension", NOT_SUPPORTED
	call_sbi 0x0a464c4f, 0
	check_answer "hypercall: ABI version 1", 0, 1
	call_sbi 0x0a464c4f, 1000
	check_answer "hypercall: no function 1000", -15, 0
	call_sbi 0x54494d45, 1
	check_error "TIME: no function 1", NOT_SUPPORTED
	call_sbi 0x53525354, 1
	check_error "SRST: no function 1", NOT_SUPPORTED
	li	a0, 9
	li	a1, 0
	call_sbi 0x53525354, 0
	check_error "SRST: no type 9", INVALID_PARAM

	/* Consoles: a whole line, one byte, the legacy call. */
	li	a0, 0
	li	a1, 0x123
	li	a2, 0
	call_sbi 0x4442434e, 0
	check_answer "DBCN: nothing, wherever", 0, 0
	li	a0, 5
	li	a1, 0x6000
	li	a2, 0
	call_sbi 0x4442434e, 0
	check_error "DBCN: memory of nobody", INVALID_PARAM
	li	a0, 5
	li	a1, 0x80200000
	li	a2, 1
	call_sbi 0x4442434e, 0
	check_error "DBCN: high address", INVALID_PARAM
	li	a0, 5
	la	a1, _start
	li	a2, 0
	call_sbi 0x4442434e, 1
	check_error "DBCN: reading is for those who inspect", NOT_SUPPORTED
	call_sbi 0x4442434e, 3
	check_error "DBCN: no function 3", NOT_SUPPORTED
	.irp	byte, 'b', 'y', 't', 'e', 's', '\n'
	li	a0, \byte
	call_sbi 0x4442434e, 2
	bnez	a0, failed
	.endr
	.irp	byte, 'l', 'e', 'g', 'a', 'c', 'y', '\n'
	li	a0, \byte
	li	a1, 77
	call_sbi 1, 0
	bnez	a0, failed
	addi	a1, a1, -77
	bnez	a1, failed
	.endr
	power_off 0
failed:
	ebreak
