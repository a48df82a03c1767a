/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types and constants that cross the boundary between a guest and the
 * hypervisor. The names are the API's; the SDK's headers under the API's own
 * paths include this file and add prototypes and contracts.
 *
 * Sizes are in bytes and addresses are guest-physical unless a comment says
 * otherwise. Structures have no padding that carries information: the
 * hypervisor zeroes what it writes.
 */
#ifndef FLOE_TYPES_H
#define FLOE_TYPES_H

#include <floe/retcode.h>
#include <stdint.h>

typedef uint8_t rtl_uint8_t;
typedef uint16_t rtl_uint16_t;
typedef uint32_t rtl_uint32_t;
typedef uint64_t rtl_uint64_t;
typedef int8_t rtl_int8_t;
typedef int16_t rtl_int16_t;
typedef int32_t rtl_int32_t;
typedef int64_t rtl_int64_t;
typedef uint64_t rtl_size_t;
typedef uint64_t rtl_uintptr_t;

/* An id in the caller's own handle space; 0 and the invalid id are never used. */
typedef rtl_uint32_t Handle;
typedef rtl_uint32_t Pid;
typedef rtl_uint32_t Tid;

#define INVALID_HANDLE ((Handle)0xffffffffu)
#define INFINITE_TIMEOUT ((rtl_uint32_t)0xffffffffu)

/* The page size of everything in this API (G-stage leaf, 4 KiB). */
#define FLOE_PAGE_SIZE 4096u

/* Limits (bytes with the terminating NUL where a string is meant). */
#define FLOE_NAME_MAX 1024u
#define FLOE_ELF_HDR_MAX 1024u
#define FLOE_ENV_MAX 131072u
#define FLOE_SEED_MAX 32u
#define FLOE_STACK_DEFAULT 0x100000u

/* Flags of KnTaskCreateEx. */
enum {
	TaskExceptionTerminatesTask = 1u << 0,
	TaskExceptionFreezesTask = 1u << 1,
	TaskEmpty = 1u << 2,
};

/* Why a process ended (KnTaskGetExitStatus). */
typedef enum {
	TaskExitUnexpected = 0, /* an exception that nobody handled */
	TaskExitNormal = 1,     /* by itself */
	TaskExitTerminated = 2, /* from outside */
} TaskExitStatus;

/* Permissions of TaskLimits. */
enum {
	TaskMayRwx = 1u << 0,
	TaskMayInspect = 1u << 1,
	TaskMaySchedule = 1u << 2, /* promises CPU time: KnTaskSetCpuBudget, KnSchedAddWindow */
};

/* Flags of KnTaskSetCpuBudget. */
enum {
	TaskBudgetSoft = 1u << 0, /* guaranteed, but no upper limit */
};

/* The smallest CPU budget, of which something is left beside switches; its periods; microseconds.
 */
#define FLOE_CPU_BUDGET_MIN 10u
#define FLOE_CPU_PERIOD_MIN 100u
#define FLOE_CPU_PERIOD_MAX 10000000u

typedef struct {
	rtl_size_t memoryLimit;   /* bytes; 0: as the creator */
	rtl_uint32_t maxTasks;    /* processes that may come from it at a time */
	rtl_uint32_t permissions; /* TaskMay* */
	rtl_uint64_t cpuMask;     /* bit n: the hart of the n-th cpu node; 0: as the creator */
	rtl_uint64_t windows;     /* bit n: runs in the n-th window; 0: as the creator */
} TaskLimits;

/* In TaskLimits.windows: runs where and when there is no window. Without windows that is ever. */
#define FLOE_NO_WINDOW ((rtl_uint64_t)1 << 63)

#define FLOE_WINDOWS_MAX 63u

/* The shortest time window and the longest major frame, microseconds. */
#define FLOE_WINDOW_MIN 100u
#define FLOE_FRAME_MAX 10000000u

typedef struct {
	rtl_uintptr_t entryAddr; /* e_entry + load offset; even */
	rtl_uintptr_t relocBase; /* load offset */
} TaskInitialState;

/* Scheduling. */
typedef rtl_uint32_t ThreadPriority;
enum {
	ThreadPriorityLowest = 0,
	ThreadPriorityNormal = 10,
	ThreadPriorityHighest = 15,
	ThreadPriorityRealtimeHighest = 31,
};
typedef enum {
	ThreadSchedPolicyOther = 0, /* standard, priority 0-15 */
	ThreadSchedPolicyFifo = 1,  /* real-time FIFO, priority 0-31 */
	ThreadSchedPolicyRR = 2,    /* real-time round-robin, priority 0-31 */
} ThreadSchedPolicy;
typedef struct {
	rtl_uint64_t sec;
	rtl_uint32_t nsec; /* below 1,000,000,000 */
} RtlTimeSpec;
typedef union {
	RtlTimeSpec rrInterval; /* above 0; default 10 ms */
} ThreadSchedParam;

/* A shorter round-robin interval counts as this one, microseconds: threads have to get on in it. */
#define FLOE_RR_INTERVAL_MIN 100u

/* Bit n: the hart of the device tree's n-th cpu node. */
typedef rtl_uint64_t RtlCpuSet;

/* Flags of KnThreadCreateByHandle. */
enum {
	ThreadFlagSchedOther = 0,
	ThreadFlagCreateSuspended = 1u << 0, /* until KnThreadResumeByHandle */
	ThreadFlagCreateWaitable = 1u << 1,  /* KnThreadWaitByHandle is legal */
	ThreadFlagSchedFifo = 1u << 2,
	ThreadFlagSchedRR = 1u << 3,
};

/* Threads that a process can have at a time. */
#define FLOE_THREADS_MAX 256u

/* Where a new thread begins: its pc and a0, a1, a2. All other registers but sp are 0. */
typedef struct {
	rtl_uintptr_t entry; /* even */
	rtl_uint64_t argument[3];
} FloeThreadStart;

/* Memory flags. */
enum {
	VMM_FLAG_READ = 1u << 0,
	VMM_FLAG_WRITE = 1u << 1,
	VMM_FLAG_EXECUTE = 1u << 2,
	VMM_FLAG_RWX_MASK = 7u,
	VMM_FLAG_RESERVE = 1u << 3,
	VMM_FLAG_COMMIT = 1u << 4,
	VMM_FLAG_LOCKED = 1u << 5,
	VMM_FLAG_LOW_GUARD = 1u << 6,
	VMM_FLAG_HIGH_GUARD = 1u << 7,
	VMM_FLAG_GROW_DOWN = 1u << 8, /* first touches go down from the end, page by page */
	/* How memory is cached: at most one of these; <vmm/flags.h> says which a machine has. */
	VMM_FLAG_WRITE_BACK = 0,
	VMM_FLAG_WRITE_THROUGH = 1u << 9,
	VMM_FLAG_WRITE_COMBINE = 1u << 10,
	VMM_FLAG_CACHE_DISABLE = 1u << 11,
	VMM_FLAG_CACHE_MASK = 7u << 9,
};

typedef struct {
	Handle h;               /* MDL buffer */
	rtl_uintptr_t loadAddr; /* page aligned; 0: the process's generator chooses */
	rtl_size_t offset;      /* in the MDL, a page multiple */
	rtl_size_t size;        /* a page multiple */
	rtl_uint32_t flags;     /* VMM_FLAG_READ, WRITE, EXECUTE */
	rtl_size_t fileOffset;  /* of the segment in the ELF image */
	const void *buildId;
	rtl_size_t buildIdSize;
} VmSeg;

/* What is in use in the whole system (KnSysGetCounters). */
typedef struct {
	rtl_uint64_t freePages, allPages; /* of 4096 bytes */
	rtl_uint64_t tasks, threads, handles, mdls;
	rtl_uint64_t vmids; /* address spaces, each of which has its VMIDs */
} SysCounters;

/* What KnVmSegInitFromBuf hands over in memory, for want of registers. */
typedef struct {
	rtl_uintptr_t loadAddr;
	rtl_size_t offset; /* in the MDL, where the copy begins */
	rtl_size_t size;   /* of the MDL, a page multiple */
	rtl_uint32_t flags;
	rtl_size_t fileOffset;
	const void *buildId;
	rtl_size_t buildIdSize;
	const void *buf;
	rtl_size_t bufSize;
	rtl_size_t checked; /* the next portion begins there, if it is too large for one */
} FloeSegFromBuf;

/* Registers of a thread at an exception or where it was halted. x[0] is 0. */
typedef struct {
	rtl_uint64_t x[32];
	rtl_uint64_t pc, sstatus, scause, stval;
} HalTrapFrame;

typedef struct {
	Tid tid;
	HalTrapFrame frame;
} KnThreadContext;

/* The cause of an exception in words common to all architectures. */
typedef enum {
	HalExcIllegalInstruction = 1,
	HalExcBreakpoint,
	HalExcMisaligned,
	HalExcAccess,
	HalExcVirtualInstruction,
	HalExcPanic,
	HalExcOutOfMemory,
	HalExcOther,
} HalExceptionCode;

/* scause of the exception; 20, 21, 23: refused by the second stage. */
typedef rtl_uint64_t HalArchException;
/* What a memory access wanted. */
typedef enum {
	HalAccessRead = 1,
	HalAccessWrite,
	HalAccessExecute,
} maccess_t;

/* What an exception handler gets. */
typedef struct {
	HalExceptionCode type;
	HalArchException code;
	union {
		struct {
			rtl_uint64_t addr; /* virtual; for other exceptions than of memory: stval */
			maccess_t access;  /* 0: not about memory */
		} fault;
	};
} ExceptionInfo;

/* Kinds of events in the trace, each with its two numbers. */
enum FloeTraceType {
	FloeTraceNone = 0,  /* never written */
	FloeTraceSwitch,    /* thread id, process id: it runs from now on */
	FloeTraceIdle,      /* 0, 0: nobody has anything to do */
	FloeTraceCall,      /* a7, a6 of an SBI call or hypercall; not of one that only asks */
	FloeTraceFault,     /* scause, address: an exception that came to the hypervisor */
	FloeTraceInterrupt, /* scause without its highest bit, 0; not if a switch follows at once */
	FloeTraceCreate,    /* process id, its creator's (0: none) */
	FloeTraceLoad,      /* process id, address of a segment */
	FloeTraceStart,     /* process id, thread id */
	FloeTraceFreeze,    /* process id, thread id */
	FloeTraceEnd,       /* process id, TaskExitStatus */
	FloeTraceGrant,     /* process id, ticks of its CPU budget for who runs next here */
	FloeTraceWindow,    /* the window that begins on this hart; FLOE_WINDOWS_MAX: none; 0 */
};

#define FLOE_TRACE_EVENTS 512u
#define FLOE_TRACE_TYPE_SHIFT 56 /* below: ticks of the time CSR */

typedef struct {
	rtl_uint64_t timeAndType, arg, value;
} FloeTraceEvent;

/* Of one hart; one hart writes it. */
typedef struct {
	rtl_uint64_t count; /* of events ever written */
	rtl_uint32_t cpu;   /* index of the hart's cpu node */
	rtl_uint32_t reserved[5];
	FloeTraceEvent events[FLOE_TRACE_EVENTS];
} FloeTraceRing;

/* Rights of a handle: a general part and a part for its type. */
enum {
	OCAP_HANDLE_TRANSFER = 1u << 0,
	OCAP_HANDLE_COPY = 1u << 1,
	OCAP_TASK_LOAD = 1u << 16,
	OCAP_TASK_CONTROL = 1u << 17,
	OCAP_TASK_QUERY = 1u << 18,
	OCAP_TASK_INSPECT = 1u << 19,
	OCAP_TASK_FULL = 0xfu << 16 | 3u,
	OCAP_MDL_MAP = 1u << 16,
	OCAP_MDL_FULL = 1u << 16 | 3u,
	OCAP_NOTICE_WAIT = 1u << 16,
	OCAP_NOTICE_FULL = 1u << 16 | 3u,
	OCAP_THREAD_CONTROL = 1u << 16, /* resume, priority, policy, affinity */
	OCAP_THREAD_QUERY = 1u << 17,
	OCAP_THREAD_WAIT = 1u << 18,
	OCAP_THREAD_FULL = 0x7u << 16 | 3u,
};

/* Events of a process (KnNoticeSubscribeToObject). */
enum {
	EVENT_OBJECT_DESTROYED = 1u << 0,
	EVENT_TASK_COMPLETED = 1u << 1,
	EVENT_TASK_FROZEN = 1u << 2,
};
typedef struct {
	rtl_uintptr_t eventId; /* evId of the subscription */
	rtl_uint32_t eventMask;
} EventDesc;

/* Caches of the machine: bytes, the smallest of any hart; 0: the device tree does not say. */
typedef struct {
	rtl_uint32_t cbomBlockSize, cbozBlockSize; /* of cbo.clean, flush, inval; of cbo.zero */
	rtl_uint32_t iCacheBlockSize, iCacheSize;
	rtl_uint32_t dCacheBlockSize, dCacheSize;
} GsiCaches;

/*
 * Global system information: one page that all processes read, its address in
 * the PCB. Ticks since the start are what the time CSR, which a guest may read,
 * is ahead of startTime: <task/pcbpage.h>.
 */
typedef struct {
	rtl_uint64_t startTime;      /* the time CSR when Floe started */
	rtl_uint64_t ticksPerSecond; /* of the time CSR */
	rtl_uint64_t cpuMask;        /* harts that run processes: bit n, the n-th cpu node's */
	rtl_uint32_t cpuCount;       /* how many these are */
	GsiCaches caches;
	rtl_uint32_t reserved;
} Gsi;

/*
 * Process control block: read-only in the process, its address from
 * FloeFnTaskGetPcb. Offsets count from the start of the PCB; strings are
 * NUL-terminated.
 */
typedef struct {
	rtl_uint32_t abiVersion; /* FLOE_ABI_VERSION */
	Pid pid;
	rtl_uint32_t permissions; /* TaskMay* */
	rtl_uint32_t size;        /* bytes of this block with its strings */
	rtl_uint64_t stackSize;   /* default size of a thread's stack */
	rtl_uint64_t relocBase;
	rtl_uint64_t symTab, symTabSize; /* .symtab, 0 where none was loaded */
	rtl_uint64_t strTab, strTabSize; /* .strtab */
	rtl_uint64_t romfs, romfsSize;   /* the ROMFS image, page aligned; 0: none */
	rtl_uint64_t scp, scpSize;       /* static connection page; 0: none or freed */
	rtl_uint64_t gsi;                /* the Gsi */
	rtl_uint32_t nameOffset, eiidOffset, pathOffset;
	rtl_uint32_t elfHdrOffset, elfHdrSize;
	rtl_uint32_t reserved;
} Pcb;

#endif
