/* SPDX-License-Identifier: Apache-2.0 */
/* What devicetree says of the two sensors: their nodes, and the LEDs that are read. */
#ifndef PULSE_BOARD_H_
#define PULSE_BOARD_H_

#include <zephyr/devicetree.h>
#include <zephyr/sys/util_macro.h>

#define PULSE_PPG_NODE DT_ALIAS(pulse_ppg)
#define PULSE_ACC_NODE DT_ALIAS(pulse_accel)

/* The accelerometer's interrupt pin, by whatever name its binding has; none: it is polled. */
#if DT_NODE_HAS_PROP(PULSE_ACC_NODE, int_gpios)
#define PULSE_ACC_PIN GPIO_DT_SPEC_GET(PULSE_ACC_NODE, int_gpios)
#elif DT_NODE_HAS_PROP(PULSE_ACC_NODE, irq_gpios)
#define PULSE_ACC_PIN GPIO_DT_SPEC_GET(PULSE_ACC_NODE, irq_gpios)
#elif DT_NODE_HAS_PROP(PULSE_ACC_NODE, int1_gpios)
#define PULSE_ACC_PIN GPIO_DT_SPEC_GET(PULSE_ACC_NODE, int1_gpios)
#elif DT_NODE_HAS_PROP(PULSE_ACC_NODE, drdy_gpios)
#define PULSE_ACC_PIN GPIO_DT_SPEC_GET(PULSE_ACC_NODE, drdy_gpios)
#else
#define PULSE_ACC_PIN                                                                              \
	{                                                                                          \
		0                                                                                  \
	}
#endif

/* Channels of a sample: each slot's light at each photodiode. */
#define PULSE_PPG_BOARD_CHANNELS                                                                   \
	(DT_PROP_LEN(PULSE_PPG_NODE, slots) * DT_PROP_OR(PULSE_PPG_NODE, photodiodes, 1))

/* The first channel's LED, from 0. */
#define PULSE_PPG_LED_INDEX UTIL_DEC(DT_PROP_BY_IDX(PULSE_PPG_NODE, slots, 0))

/* The current that devicetree states for that LED, uA. Two LEDs need no third current. */
#define PULSE_PPG_BOARD_UA                                                                         \
	COND_CODE_1(DT_PROP_HAS_IDX(PULSE_PPG_NODE, led_current_microamp, PULSE_PPG_LED_INDEX),    \
		    (DT_PROP_BY_IDX(PULSE_PPG_NODE, led_current_microamp, PULSE_PPG_LED_INDEX)),   \
		    (0))

#endif /* PULSE_BOARD_H_ */
