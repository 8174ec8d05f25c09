/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor of the two sensors: starts each, notices which one says nothing, and tries again
 * after 0.5 s, 1 s, 2 s and so on up to CONFIG_PULSE_SENSOR_RETRY_MAX_S.
 *
 *	              start fails                 first sample
 *	  STARTING ---------------> MISSING    STARTING ------> RUNNING
 *	     ^                         |                           |
 *	     |       start works       |    CONFIG_PULSE_SENSOR_   |
 *	     +-------------------------+    SILENT_MS without one  v
 *	     +--------------------------------------------------SILENT
 *
 * The accelerometer's silence is judged while the PPG delivers: if both pause, it says nothing. A
 * PPG chip that falls silent is set up anew by its driver; here only its state changes.
 */
#ifndef PULSE_SUPERVISOR_H_
#define PULSE_SUPERVISOR_H_

#include <stdbool.h>
#include <stdint.h>

enum pulse_sensor {
	PULSE_SENSOR_ACC,
	PULSE_SENSOR_PPG,
	PULSE_SENSORS,
};

enum pulse_sensor_state {
	PULSE_SENSOR_STARTING, /* set up, no sample so far */
	PULSE_SENSOR_RUNNING,
	PULSE_SENSOR_SILENT,  /* delivered samples, and no more */
	PULSE_SENSOR_MISSING, /* does not answer */
	PULSE_SENSOR_WAITING, /* for skin: it senses proximity, and delivers none */
};

struct pulse_sensor_status {
	enum pulse_sensor_state state;
	int error;        /* of the last start, negative errno; 0: it worked */
	uint32_t starts;  /* tried so far */
	uint32_t returns; /* times that it delivered again after SILENT or MISSING */
};

/** Starts a sensor, again and again. In the sensors' work queue; may block. @return 0 or -errno */
typedef int (*pulse_sensor_start)(void);

/** Try to start both, the accelerometer first; returns after the first try of each. Once. */
void pulse_supervisor_start(const pulse_sensor_start start[PULSE_SENSORS]);

/** A sample, or a batch of them, came from this sensor. The sampling thread only. */
void pulse_supervisor_heard(enum pulse_sensor sensor);

/** The PPG delivers none from now on, as it should; or is expected to again. Any thread. */
void pulse_supervisor_wait(bool on);

/** The PPG has to do without the accelerometer. The sampling thread only. */
bool pulse_supervisor_ppg_alone(void);

/** Copy of a sensor's status; any thread. */
void pulse_supervisor_status(enum pulse_sensor sensor, struct pulse_sensor_status *out);

/** "starting", "running", "silent", "missing" or "waiting". */
const char *pulse_sensor_state_name(enum pulse_sensor_state state);

/** "accelerometer" or "PPG". */
const char *pulse_sensor_name(enum pulse_sensor sensor);

#endif /* PULSE_SUPERVISOR_H_ */
