/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of the MAX86141; names as in the data sheet (19-100051, Rev 1, "User Register Map" and
 * the register descriptions that follow it).
 */
#ifndef MAX86141_REG_H_
#define MAX86141_REG_H_

#include <zephyr/sys/util.h>

#define MAX86141_INT_STATUS1  0x00 /* a read clears it and releases INT */
#define MAX86141_INT_ENABLE1  0x02
#define MAX86141_FIFO_WR_PTR  0x04
#define MAX86141_FIFO_RD_PTR  0x05
#define MAX86141_OVF_COUNTER  0x06 /* words lost; cleared by the next word that is read */
#define MAX86141_FIFO_COUNT   0x07 /* words in the FIFO, 0 to 128: empty and full differ */
#define MAX86141_FIFO_DATA    0x08 /* a burst stays here */
#define MAX86141_FIFO_CONFIG1 0x09 /* FIFO_A_FULL: free words when the interrupt is raised */
#define MAX86141_FIFO_CONFIG2 0x0a
#define MAX86141_SYSTEM       0x0d
#define MAX86141_PPG_CONFIG1  0x11
#define MAX86141_PPG_CONFIG2  0x12
#define MAX86141_PPG_CONFIG3  0x13
#define MAX86141_PD_BIAS      0x15
#define MAX86141_LED_SEQ1     0x20 /* exposures LEDC2 and LEDC1; LEDC4 and LEDC3 follow */
#define MAX86141_LED1_PA      0x23 /* LED2_PA and LED3_PA follow */
#define MAX86141_LED_RANGE1   0x2a /* two bits each for LED1 to LED3 */
#define MAX86141_PART_ID      0xff

#define MAX86141_PART_ID_VALUE 0x25 /* MAX86140: 0x24 */

#define MAX86141_INT_A_FULL BIT(7)

/* FIFO_CONFIG2. Without FIFO_RO a full FIFO drops new words and counts them. */
#define MAX86141_FLUSH_FIFO  BIT(4) /* clears itself */
#define MAX86141_A_FULL_TYPE BIT(2) /* 1: raised once, as the level passes A_FULL */

#define MAX86141_SINGLE_PPG BIT(3) /* PD1 alone */
#define MAX86141_LP_MODE    BIT(2) /* sleeps between samples, up to 256 Hz */
#define MAX86141_SHDN       BIT(1)
#define MAX86141_RESET      BIT(0) /* clears itself */
#define MAX86141_LP_MAX_HZ  256

#define MAX86141_ADC_RGE2 GENMASK(5, 4)
#define MAX86141_ADC_RGE1 GENMASK(3, 2)
#define MAX86141_TINT     GENMASK(1, 0)

#define MAX86141_SR         GENMASK(7, 3)
#define MAX86141_SMP_AVE    GENMASK(2, 0)
#define MAX86141_SR_8_HZ    0x0a
#define MAX86141_PD_BIAS_65 0x11 /* both photodiodes: 0 to 65 pF */

/* A word of the FIFO: 5 bits of tag, 19 of count ("FIFO Data Format", table 6). */
#define MAX86141_COUNT_BITS 19
#define MAX86141_TAG_SHIFT  3    /* within the word's first byte */
#define MAX86141_TAG_PPG1   1    /* exposure 1 at PD1; exposures 2 to 6 follow */
#define MAX86141_TAG_PPG2   7    /* the same at PD2 */
#define MAX86141_TAG_NONE   0x1e /* the FIFO was empty */
#define MAX86141_WORDS      128

/* SPI: address, this, then data ("SPI Interface"); mode 0, 8 MHz at most. */
#define MAX86141_READ  0x80
#define MAX86141_WRITE 0x00

#define MAX86141_LED_STEP_UA 120 /* at 31 mA full scale; times 2, 3 or 4 at 62, 93 or 124 mA */

#endif /* MAX86141_REG_H_ */
