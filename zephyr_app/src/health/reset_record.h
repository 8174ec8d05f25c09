/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ended the runs before this one: kept in RAM that a reset leaves alone, lost with power.
 */
#ifndef PULSE_RESET_RECORD_H_
#define PULSE_RESET_RECORD_H_

#include <stdint.h>

#define PULSE_RESET_RECORD_NAME 16

struct pulse_reset_record {
	uint32_t hangs;   /* threads that did not feed the task watchdog, since power-on */
	uint32_t crashes; /* faults and failed assertions, since power-on */
	uint32_t streak;  /* of both, since the last run that was healthy */
	uint32_t reason;  /* enum k_fatal_error_reason of the last; with crashes > 0 */
	char hung[PULSE_RESET_RECORD_NAME];    /* the last one's name; with hangs > 0 */
	char crashed[PULSE_RESET_RECORD_NAME]; /* the thread that ran, or was interrupted */
};

/** So many ends without a healthy run in between are a crash loop. */
#define PULSE_CRASH_LOOP 3

/** What is known; all zero after power-on. */
void pulse_reset_record(struct pulse_reset_record *out);

/** Record the thread that did not feed. From the watchdog's interrupt. */
void pulse_reset_record_hang(const char *who);

/** Say in the log what is known, and ask the chip why it was reset. Once, at boot. */
void pulse_reset_record_report(void);

/** This run is healthy: the next crash is the first of its streak. Any thread. */
void pulse_reset_record_healthy(void);

/**
 * How long to wait before sensors and estimator start, s: 0, or after PULSE_CRASH_LOOP ends in a
 * row 10, 20, 40 and so on up to 640, in which Bluetooth can say what happened.
 */
uint32_t pulse_reset_record_brake_s(void);

/** RESET_* bits of zephyr/drivers/hwinfo.h, of this boot; 0 where the chip cannot tell. */
uint32_t pulse_reset_cause(void);

/**
 * End a run that crashed; does not return. The default resets, or halts without
 * CONFIG_PULSE_CRASH_RESETS; an image may define its own.
 */
void pulse_crash_end(unsigned int reason);

#endif /* PULSE_RESET_RECORD_H_ */
