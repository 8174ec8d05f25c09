/* SPDX-License-Identifier: Apache-2.0 */
/* The machine around an emulated board: QEMU's semihosting, or the process of native_sim. */
#ifndef PULSE_HOST_H_
#define PULSE_HOST_H_

#include <stddef.h>

/** The file to replay, as the command line named it; "" if it named none. */
const char *pulse_host_file(void);

/** Open it for reading. @return handle, or -1 */
int pulse_host_open(const char *path);

/** Close it. */
void pulse_host_close(int handle);

/** pulse_replay_read: context points to the handle. */
size_t pulse_host_read(void *context, void *buffer, size_t size);

/** End the emulation with this exit status. */
void pulse_host_exit(int status);

#endif /* PULSE_HOST_H_ */
