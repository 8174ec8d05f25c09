/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the MAX30101 and MAX30102; names as in the data sheet (19-8445, Rev 3, page 10). */
#ifndef MAX3010X_REG_H_
#define MAX3010X_REG_H_

#include <zephyr/sys/util.h>

#define MAX3010X_INT_STATUS1 0x00
#define MAX3010X_INT_ENABLE1 0x02
#define MAX3010X_FIFO_WR_PTR 0x04
#define MAX3010X_OVF_COUNTER 0x05
#define MAX3010X_FIFO_RD_PTR 0x06
#define MAX3010X_FIFO_DATA   0x07
#define MAX3010X_FIFO_CONFIG 0x08
#define MAX3010X_MODE_CONFIG 0x09
#define MAX3010X_SPO2_CONFIG 0x0a
#define MAX3010X_LED1_PA     0x0c /* LED2 and LED3 follow */
#define MAX3010X_MULTI_LED1  0x11 /* slots 2 and 1; MULTI_LED2 follows with 4 and 3 */
#define MAX3010X_PILOT_PA    0x10 /* current while sensing proximity */
#define MAX3010X_PROX_THRESH 0x30 /* the 8 upper bits of a count */
#define MAX3010X_PART_ID     0xff

#define MAX3010X_INT_A_FULL BIT(7)
#define MAX3010X_INT_PROX   BIT(4)

#define MAX3010X_FIFO_AVERAGE GENMASK(7, 5)
#define MAX3010X_FIFO_A_FULL  GENMASK(3, 0) /* empty places left when the interrupt is raised */

#define MAX3010X_MODE_SHDN      BIT(7)
#define MAX3010X_MODE_RESET     BIT(6)
#define MAX3010X_MODE_MULTI_LED 7

#define MAX3010X_SPO2_RANGE GENMASK(6, 5)
#define MAX3010X_SPO2_RATE  GENMASK(4, 2)
#define MAX3010X_SPO2_WIDTH GENMASK(1, 0)

#define MAX3010X_PART_ID_VALUE 0x15
#define MAX3010X_LED_MAX_UA    51000
#define MAX3010X_LED_STEP_UA   200
#define MAX3010X_FIFO_DEPTH    32 /* samples */
#define MAX3010X_COUNT_BITS    18
#define MAX3010X_PROX_SHIFT    10 /* of a count to PROX_THRESH */

/*
 * Conversions per second at most, by pulse width in us and slots (data sheet, tables 12 and 11).
 * For three and four slots the data sheet states none: what two may not, they may not.
 */
#define MAX3010X_RATE_MAX(us, slots)                                                               \
	((slots) == 1 ? ((us) == 69    ? 3200                                                      \
			 : (us) == 411 ? 1000                                                      \
				       : 1600)                                                     \
		      : ((us) == 69    ? 1600                                                      \
			 : (us) == 118 ? 1000                                                      \
			 : (us) == 215 ? 800                                                       \
				       : 400))

#endif /* MAX3010X_REG_H_ */
