/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results for any subscriber: the zbus channel pulse_result_channel carries a struct
 * pulse_result, once a hop, and once with state PULSE_STALE when no hop came for
 * CONFIG_PULSE_STALE_MS.
 */
#ifndef PULSE_PUBLISH_H_
#define PULSE_PUBLISH_H_

#include <zephyr/zbus/zbus.h>

#include <pulse/result.h>

ZBUS_CHAN_DECLARE(pulse_result_channel);

/** From now on, PULSE_STALE_MS without a result are stale. */
void pulse_publish_start(void);

/** No hop is expected from now on, and the last result holds; or hops are expected again. */
void pulse_publish_pause(bool on);

/** Publish a result. Listeners run in the caller's context. */
void pulse_publish(const struct pulse_result *result);

/** Results that no listener was told of, because one of them held the channel; any thread. */
uint32_t pulse_publish_lost(void);

#endif /* PULSE_PUBLISH_H_ */
