/* SPDX-License-Identifier: Apache-2.0 */
/* What the estimator says once per hop. A plain value: copy it freely. */
#ifndef PULSE_RESULT_H_
#define PULSE_RESULT_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum pulse_state {
	PULSE_ACQUIRING,        /* fewer than 8 s of contiguous samples so far */
	PULSE_VALID,            /* bpm_q8 can be shown */
	PULSE_MOTION_UNCERTAIN, /* moving, and not sure enough of the rate */
	PULSE_NO_CONTACT,       /* the PPG sees no skin */
	PULSE_NO_PULSE,         /* at rest, and yet no rate stands out: not on a wrist? */
	PULSE_STALE,            /* set by the publisher: no hop for 6 s */
	PULSE_RATE_UNCERTAIN,   /* at rest, a pulse, and its rate not sure: uneven beats? */
};

struct pulse_result {
	int64_t time_us;         /* end of the hop, on the samples' clock */
	uint32_t hop;            /* counts the hops given to the estimator, from 0 */
	int32_t bpm_q8;          /* 1/256 BPM; 0 while acquiring or without contact */
	uint16_t confidence_q15; /* probability that it is right, 0 .. 32768; 0 where bpm_q8 is */
	uint8_t state;           /* enum pulse_state */
	uint32_t gaps;           /* discontinuities so far */
};

/** "acquiring", "valid", "motion-uncertain", "no-contact", "no-pulse",
 * "rate-uncertain" or "stale". */
const char *pulse_state_name(uint8_t state);

/* Room for the longest line of pulse_result_text, with its terminating zero. */
#define PULSE_RESULT_TEXT 128

/**
 * The line that every firmware image prints for a hop, without a line end:
 * HOP <hop> t_us=<int> bpm_q8=<int> conf_q15=<int> state=<name> gaps=<int>
 */
void pulse_result_text(const struct pulse_result *result, char text[PULSE_RESULT_TEXT]);

#ifdef __cplusplus
}
#endif
#endif /* PULSE_RESULT_H_ */
