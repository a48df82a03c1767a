/* SPDX-License-Identifier: Apache-2.0 */
/* What is typed on the console, also while a command runs. */
#ifndef SHELL_INPUT_H
#define SHELL_INPUT_H

#include <stdbool.h>

/* Waits for the next byte; false: there is no input. */
bool input_next(char *c);

/*
 * Has Ctrl-C been typed since the last byte was taken? What was typed before it
 * is forgotten then; else it is kept for input_next().
 */
bool interrupted(void);

#endif
