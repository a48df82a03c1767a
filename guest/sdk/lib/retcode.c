/* SPDX-License-Identifier: Apache-2.0 */
#include <rtl/retcode.h>

/* By the negated value; <floe/retcode.h> numbers them without a gap. */
static const char names[][24] = {
	[-rcOk] = "rcOk",
	[-rcInvalidArgument] = "rcInvalidArgument",
	[-rcNotConnected] = "rcNotConnected",
	[-rcOutOfMemory] = "rcOutOfMemory",
	[-rcBufferTooSmall] = "rcBufferTooSmall",
	[-rcInternalError] = "rcInternalError",
	[-rcTransferError] = "rcTransferError",
	[-rcReceiveError] = "rcReceiveError",
	[-rcSourceFault] = "rcSourceFault",
	[-rcTargetFault] = "rcTargetFault",
	[-rcIpcInterrupt] = "rcIpcInterrupt",
	[-rcRestart] = "rcRestart",
	[-rcFail] = "rcFail",
	[-rcNoCapability] = "rcNoCapability",
	[-rcNotReady] = "rcNotReady",
	[-rcUnimplemented] = "rcUnimplemented",
	[-rcBufferTooLarge] = "rcBufferTooLarge",
	[-rcBusy] = "rcBusy",
	[-rcResourceNotFound] = "rcResourceNotFound",
	[-rcTimeout] = "rcTimeout",
	[-rcSecurityDisallow] = "rcSecurityDisallow",
	[-rcFutexWouldBlock] = "rcFutexWouldBlock",
	[-rcAbort] = "rcAbort",
	[-rcInvalidThreadState] = "rcInvalidThreadState",
	[-rcAlreadyExists] = "rcAlreadyExists",
	[-rcInvalidOperation] = "rcInvalidOperation",
	[-rcHandleRevoked] = "rcHandleRevoked",
	[-rcQuotaExceeded] = "rcQuotaExceeded",
	[-rcDeviceNotFound] = "rcDeviceNotFound",
};

const char *RtlRetcodeName(Retcode rc)
{
	if (rc > 0 || rc <= -(Retcode)(sizeof(names) / sizeof(names[0])))
		return "unknown retcode";
	return names[-rc];
}
