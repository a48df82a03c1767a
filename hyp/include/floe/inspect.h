/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What inspection gives (<coresrv/task/inspect_api.h>), and the console's modes
 * (<coresrv/console/console_api.h>). What a member says in one state only is 0 in
 * the others; units are those of <floe/types.h>, times are timer ticks.
 */
#ifndef FLOE_INSPECT_H
#define FLOE_INSPECT_H

#include <floe/types.h>

typedef enum {
	TaskStateEmpty = 0,
	TaskStateEntrySet = 1,
	TaskStateRunning = 2,
	TaskStateFrozen = 3,
	TaskStateEnded = 4,
} TaskState;

/* Strings of a process (KnTaskGetString). */
typedef enum {
	TaskStringName = 0,
	TaskStringClass = 1, /* eiid */
	TaskStringPath = 2,  /* of the image; empty where none was set */
} TaskString;

/* No hart: a process without a thread. */
#define TASK_NO_HART ((rtl_uint32_t)0xffffffffu)

typedef struct {
	Pid pid, creator;              /* or the nearest of that one's that is not gone; 0: none */
	rtl_uint32_t state;            /* TaskState */
	rtl_uint32_t flags;            /* of KnTaskCreateEx */
	rtl_uint32_t policy, priority; /* of the initial thread */
	rtl_uint32_t threads;
	rtl_uint32_t hart;        /* index, of the first thread; TASK_NO_HART */
	rtl_uint32_t exitStatus;  /* TaskExitStatus, when ended */
	rtl_int32_t exitCode;     /* when ended by itself */
	rtl_uint32_t permissions; /* TaskMay* */
	rtl_uint32_t maxTasks;    /* processes that may come from it at a time */
	rtl_uint32_t tasks;       /* and how many it has */
	rtl_uint32_t handles;     /* open in its handle space */
	Pid root;                 /* the first process's child that it comes from, or is */
	rtl_uint32_t budgetFlags; /* TaskBudget* */
	rtl_uint64_t cpuMask;     /* as in TaskLimits */
	rtl_uint64_t windows;     /* as in TaskLimits */
	rtl_uint64_t cpuBudget;   /* of each period, timer ticks; 0: none, or it runs no more */
	rtl_uint64_t cpuPeriod;   /* timer ticks */
	rtl_uint64_t runTime;     /* of all its threads so far, timer ticks */
	rtl_size_t memory;        /* bytes that count for it, its tables included */
	rtl_size_t memoryLimit;   /* bytes */
	rtl_size_t stackSize;     /* bytes, default of its threads */
	rtl_uintptr_t entryAddr;  /* from when its entry is set on */
	rtl_uintptr_t relocBase;
	rtl_uintptr_t symTab, strTab; /* in its memory; 0 where none was loaded */
	rtl_size_t symTabSize, strTabSize;
} TaskInfo;

/* What a thread does. */
typedef enum {
	TaskThreadHalted = 0,  /* for good */
	TaskThreadReady = 1,   /* it waits for its hart */
	TaskThreadHeld = 2,    /* its budget is used up, or it has no time window now */
	TaskThreadRunning = 3, /* on its hart */
	TaskThreadBlocked = 4, /* in a hypercall or WFI, or suspended */
} TaskThreadState;

/* A thread that has not ended (KnTaskGetThreadInfo). */
typedef struct {
	Tid tid;
	rtl_uint32_t state; /* TaskThreadState */
	rtl_uint32_t policy, priority;
	rtl_uint32_t hart; /* index, of the one that it runs on or ran on last */
	rtl_uint32_t reserved;
	rtl_uint64_t cpuMask; /* its affinity */
	rtl_uint64_t runTime; /* timer ticks */
} TaskThreadInfo;

/* What a region of memory is (KnTaskGetRegionInfo). */
typedef enum {
	TaskRegionPrivate = 0,  /* KnVmAllocate: the process's own pages */
	TaskRegionMapped = 1,   /* pages of an MDL: a segment of the image, KnPmmMdlMap */
	TaskRegionReserved = 2, /* KnTaskVmReserve */
	TaskRegionStack = 3,
	TaskRegionSymbols = 4, /* .symtab or .strtab of KnTaskLoadElfSyms */
} TaskRegionKind;

typedef struct {
	rtl_uintptr_t base;
	rtl_size_t size;      /* bytes, without guard pages */
	rtl_size_t committed; /* bytes that have memory behind the second stage */
	rtl_uint32_t flags;   /* access, VMM_FLAG_LOCKED, _LOW_GUARD, _HIGH_GUARD */
	rtl_uint32_t kind;    /* TaskRegionKind */
} TaskRegionInfo;

/* VS-mode CSRs of a thread, and what the hypervisor keeps of it in HS-mode ones. */
typedef struct {
	rtl_uint64_t hstatus, vsstatus, vsie, vstvec, vsscratch, vsepc, vscause, vstval, vsatp;
	rtl_uint64_t hvip;
} ThreadCsrs;

/* A thread of a frozen process (KnTaskGetThreadState). */
typedef struct {
	Tid tid;
	rtl_uint32_t fcsr;
	rtl_uint32_t policy, priority;
	rtl_uint64_t runTime; /* timer ticks */
	HalTrapFrame frame;
	rtl_uint64_t f[32];
	ThreadCsrs csrs;
} KnThreadState;

typedef enum {
	TaskFaultException = 0, /* as the cause says */
	TaskFaultPanic = 1,     /* KnTaskPanic */
	TaskFaultOutOfMemory = 2,
} TaskFaultKind;

/* One exception. */
typedef struct {
	rtl_uint32_t kind;            /* TaskFaultKind */
	rtl_uint32_t access;          /* wanted: one VMM_FLAG_*; 0: not about memory */
	rtl_uint32_t mapped;          /* access mapped at the address; 0: nothing */
	rtl_uint32_t twoStage;        /* 1: the second stage refused it */
	rtl_uint32_t instruction;     /* its bits */
	rtl_uint32_t instructionSize; /* 2 or 4; 0: not known */
	rtl_uint64_t cause;           /* scause */
	rtl_uintptr_t pc;             /* guest virtual, as the next one */
	rtl_uintptr_t address;        /* of the access; else stval */
	rtl_uintptr_t gpa;            /* guest physical, with twoStage */
} TaskFault;

/* The region that an address lay in. */
typedef struct {
	rtl_uintptr_t base;
	rtl_size_t size;     /* bytes; 0: in none */
	rtl_uint32_t access; /* VMM_FLAG_* */
	rtl_uint32_t reserved;
} TaskFaultRegion;

/* What the second fault of a record is. */
typedef enum {
	TaskFaultHandlerNone = 0,
	TaskFaultHandlerVector = 1,   /* why the guest's trap vector could not run */
	TaskFaultHandlerFunction = 2, /* why its exception handler could not run */
	TaskFaultHandlerBusy = 3,     /* what its exception handler was running for */
} TaskFaultHandler;

/* Why a process froze or crashed (KnTaskGetFaultRecord). */
typedef struct {
	Tid tid;
	rtl_uint32_t handler; /* TaskFaultHandler */
	TaskFault fault, atHandler;
	TaskFaultRegion atPc, atAddress;
	HalTrapFrame frame;
	ThreadCsrs csrs;
} TaskFaultRecord;

/* How the console treats what an inspector writes (KnConsoleSetMode). */
typedef enum {
	ConsoleModeLine = 0,
	ConsoleModeRaw = 1,
	ConsoleModeExclusive = 2,
} ConsoleMode;

#endif
