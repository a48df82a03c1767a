/* SPDX-License-Identifier: Apache-2.0 */
/* The running system: its partitions' processes. Shared by supervise.c and operator.c. */
#ifndef FLOE_INIT_SYSTEM_H
#define FLOE_INIT_SYSTEM_H

#include "init.h"

struct partition {
	const struct manifest_partition *manifest;
	Handle task;
	uint32_t restarts;
	uint32_t processes; /* that it has had; in event ids, above the index */
	bool is_over;
	bool did_well; /* ended by itself with exit code 0 */
};

struct system {
	struct partition *partitions;
	size_t count, running;
	bool has_operator, operator_left;
	Handle notice;
};

/* Ends a process that has not ended, in whatever state; a frozen one when its report is out. */
void end_process(Handle task);

/*
 * Ends all that descend from the process `root`, a child of init's that has ended and whose
 * id is not used again. rcBusy: they make new ones faster than init ends them. Else
 * what a call gave that failed.
 */
Retcode end_descendants(Pid root);

/*
 * Ends the partition's process, if it has not ended, and all that it created, and
 * lets the next one take its place.
 */
void restart_now(struct system *system, struct partition *partition);

/* Gives an operator that has not started yet the means to ask. */
Retcode operator_connect(Handle task);

/* Begins what the operator asks for, if it does. */
void operator_look(struct system *system);

/* A restart has come to an end: answers the operator if it was its own. */
void operator_restarted(const struct partition *partition, Retcode result);

#endif
