/* SPDX-License-Identifier: Apache-2.0 */
/* What is typed on the console, also while a command runs. */
#ifndef SHELL_INPUT_H
#define SHELL_INPUT_H

#include <stdbool.h>
#include <stdint.h>

/* Waits for the next byte; false: there is no input. */
bool input_next(char *c);

/* The next byte; -1 after `timeout` milliseconds, 0 does not wait; -2: there is no input. */
int input_byte(uint32_t timeout);

/*
 * Has Ctrl-C been typed since the last byte was taken? What was typed before it
 * is forgotten then; else it is kept for input_next().
 */
bool interrupted(void);

#endif
