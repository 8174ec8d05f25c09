/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of the fusion that the estimator takes, in this order for each hop; private. */
#ifndef PULSE_FUSION_PRIVATE_H_
#define PULSE_FUSION_PRIVATE_H_

#include <pulse/fusion.h>
#include <pulse/window.h>

#if PULSE_LEDS > 1

/** What comes next does not follow. Tracks and trust stay, as the estimator's track does. */
void pulse_fusion_break(struct pulse_fusion *fusion);

/** Forget the LEDs' tracks too. */
void pulse_fusion_reset(struct pulse_fusion *fusion);

/** Any LED sees skin. */
bool pulse_fusion_contact(const struct pulse_hop *hop);

/** A hop joined the window at `slot`: who has contact, how much is saturated. */
void pulse_fusion_push(struct pulse_fusion *fusion, const struct pulse_hop *hop, uint8_t slot);

/** The LEDs' tracks predict. */
void pulse_fusion_predict(struct pulse_fusion *fusion);

/** Bit by bit, the first LED bit 0: which have had contact through a whole window. */
unsigned int pulse_fusion_whole(const struct pulse_fusion *fusion);

/**
 * Which LEDs the network runs on: of the whole ones those that are neither flat nor saturated nor
 * resting; never none if one is whole.
 *
 * @param ppg_root  of the whole LEDs' windows, struct pulse_moments
 */
unsigned int pulse_fusion_choose(struct pulse_fusion *fusion, const uint32_t ppg_root[PULSE_LEDS]);

/** What the network says of an LED. */
void pulse_fusion_take(struct pulse_fusion *fusion, int led, const int8_t logits[PULSE_BINS]);

/** The evidence of all that ran, weighed and added, as one network's logits: 127 the highest. */
void pulse_fusion_add(struct pulse_fusion *fusion, int8_t logits[PULSE_BINS]);

#endif

#endif /* PULSE_FUSION_PRIVATE_H_ */
