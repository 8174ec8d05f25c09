/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tracker: a forward filter over the heart-rate bins (docs/signal_path.md, section 7). Its
 * tables come from pulse_config.h.
 */
#ifndef PULSE_TRACK_H_
#define PULSE_TRACK_H_

#include <stdbool.h>
#include <stdint.h>

#include <pulse/numbers.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pulse_track {
	uint32_t posterior[PULSE_BINS]; /* sum about 2^24 */
	uint8_t looks;                  /* hops with logits since the reset, at most 4 */
};

struct pulse_estimate {
	int32_t bpm_q8;          /* 1/256 BPM */
	uint16_t confidence_q15; /* calibrated, 0 .. 32768 */
	bool gathered;           /* 90 % of the mass is within 22.5 BPM: there is a pulse */
};

/** Any rate is as likely as any other. */
void pulse_track_reset(struct pulse_track *track);

/** Two seconds pass without a look at the signal. */
void pulse_track_predict(struct pulse_track *track);

/**
 * After a prediction: weigh with the network's logits.
 *
 * @return the peak's centre of mass, and the mass within 7.5 BPM of it as a calibrated probability
 */
struct pulse_estimate pulse_track_update(struct pulse_track *track,
					 const int8_t logits[PULSE_BINS]);

#ifdef __cplusplus
}
#endif
#endif /* PULSE_TRACK_H_ */
