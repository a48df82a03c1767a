/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tid and ThreadSchedPolicy: ThreadSchedPolicyOther (standard, priority 0-15),
 * ThreadSchedPolicyFifo and ThreadSchedPolicyRR (real-time, priority 0-31).
 */
#ifndef THREAD_TIDTYPE_H
#define THREAD_TIDTYPE_H

#include <floe/types.h>

#endif
