/* SPDX-License-Identifier: Apache-2.0 */
/* The least a C test needs: CHECK counts and names what does not hold; main returns CHECK_STATUS().
 */
#ifndef CHECK_H_
#define CHECK_H_

#include <stdio.h>

static int check_failures;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			check_failures++;                                                          \
			printf("%s:%d: %s does not hold: %s\n", __FILE__, __LINE__, __func__,      \
			       #condition);                                                        \
		}                                                                                  \
	} while (0)

#define CHECK_STATUS() (check_failures != 0)

#endif /* CHECK_H_ */
