# SPDX-License-Identifier: Apache-2.0
#
# Of what readelf -r says of the linked hypervisor: the places of pointers in
# constants and data, as assembly of what floe.ld keeps .relocations for.

BEGIN { print ".data" }
/^Relocation section/ { data = $3 ~ /rodata|data/ }
data && $3 == "R_RISCV_64" { print ".half (0x" $1 " - " base ") / 8"; places++ }
END { print ".fill " 192 - places ", 2, 0"; exit places > 191 }
