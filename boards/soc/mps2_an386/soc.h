/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOC_MPS2_AN386_H_
#define SOC_MPS2_AN386_H_

/* Interrupt numbers and core features for CMSIS, from Kconfig. */
#include <cmsis_core_m_defaults.h>

#endif /* SOC_MPS2_AN386_H_ */
