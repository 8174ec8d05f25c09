/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advertising that finds a phone quickly, and then costs little: every 100 to 150 ms for 30 s after
 * power-up and after each connection, every 1 to 1.2 s from then on (the intervals that the Core
 * Specification's Generic Access Profile recommends, Appendix A of Part C).
 */
#ifndef PULSE_BLUETOOTH_ADVERTISING_H_
#define PULSE_BLUETOOTH_ADVERTISING_H_

/** Advertise the Heart Rate Service while one more phone may connect. @return 0 or negative errno
 */
int pulse_advertising_start(void);

/** Advertise anew, because other phones may connect from now on; any thread. */
void pulse_advertising_renew(void);

#endif /* PULSE_BLUETOOTH_ADVERTISING_H_ */
