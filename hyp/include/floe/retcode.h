/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of the guest API. The names are the API's (shared by the hypervisor
 * and the SDK, which offers them as <rtl/retcode.h>); of the values only
 * rcOk = 0 is documented, the others are Floe's own.
 */
#ifndef FLOE_RETCODE_H
#define FLOE_RETCODE_H

#include <stdint.h>

/* A signed 32-bit result: rcOk, or one of the errors below. */
typedef int32_t Retcode;

enum {
	rcOk = 0,
	rcInvalidArgument = -1,
	rcNotConnected = -2,
	rcOutOfMemory = -3,
	rcBufferTooSmall = -4,
	rcInternalError = -5,
	rcTransferError = -6,
	rcReceiveError = -7,
	rcSourceFault = -8,
	rcTargetFault = -9,
	rcIpcInterrupt = -10,
	rcRestart = -11,
	rcFail = -12,
	rcNoCapability = -13,
	rcNotReady = -14,
	rcUnimplemented = -15,
	rcBufferTooLarge = -16,
	rcBusy = -17,
	rcResourceNotFound = -18,
	rcTimeout = -19,
	rcSecurityDisallow = -20,
	rcFutexWouldBlock = -21,
	rcAbort = -22,
	rcInvalidThreadState = -23,
	rcAlreadyExists = -24,
	rcInvalidOperation = -25,
	rcHandleRevoked = -26,
	rcQuotaExceeded = -27,
	rcDeviceNotFound = -28,
};

#endif
