/* SPDX-License-Identifier: Apache-2.0 */
/* The settings' flash, as a test turns it over: images of it are taken and put back. */
#ifndef FLASH_H_
#define FLASH_H_

#include <stdint.h>

#define FLASH_SIZE 0x4000

/** The bytes of the storage partition, as they are. */
uint8_t *flash_bytes(void);

/** A reset: storage is mounted again as it is and the application's settings are read. */
void flash_reboot(void);

/** Put an image into the partition, then flash_reboot(). */
void flash_reboot_with(const uint8_t image[FLASH_SIZE]);

#endif /* FLASH_H_ */
