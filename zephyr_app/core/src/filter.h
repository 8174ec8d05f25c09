/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of the tracker that the smoother takes one by one; private to the core. */
#ifndef PULSE_FILTER_H_
#define PULSE_FILTER_H_

#include <pulse/track.h>

/** The posterior times the likelihood of logits, its sum about 2^24 again. */
void pulse_filter_weigh(struct pulse_track *track, const int8_t logits[PULSE_BINS]);

/** The posterior times another, its sum about 2^24 again; unchanged where they exclude each other.
 */
void pulse_filter_multiply(struct pulse_track *track, const struct pulse_track *other);

/** What the posterior says. */
struct pulse_estimate pulse_filter_estimate(const struct pulse_track *track);

#endif /* PULSE_FILTER_H_ */
