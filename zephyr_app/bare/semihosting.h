/* SPDX-License-Identifier: Apache-2.0 */
/* Arm semihosting ("Semihosting for AArch32 and AArch64", Arm 2022): the host's services by a
 * breakpoint. */
#ifndef SEMIHOSTING_H_
#define SEMIHOSTING_H_

/** Write a string to the host's console. */
void semihosting_write(const char *text);

/** End the emulation with this exit status. */
_Noreturn void semihosting_exit(int status);

#endif /* SEMIHOSTING_H_ */
