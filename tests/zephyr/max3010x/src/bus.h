/* SPDX-License-Identifier: Apache-2.0 */
/* The bus "blockable": one emulated chip, which may hold SDA down until it is clocked on. */
#ifndef BUS_H_
#define BUS_H_

/** No transfer works until the controller recovers the bus. */
void bus_block(void);

/** Every transfer takes so long, others run meanwhile; ms. */
void bus_delay(int ms);

/** Times that it was asked to. */
int bus_recoveries(void);

#endif /* BUS_H_ */
