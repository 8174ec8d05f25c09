# SPDX-License-Identifier: Apache-2.0
# Acquisition and inference as they are and a simulated wrist, for suites that bring an estimator of their own.
set(core ${PULSE_APP}/core)
target_include_directories(app PRIVATE ${CMAKE_CURRENT_LIST_DIR}/src ${PULSE_APP}/src ${core}/include
                           ${PULSE_ROOT}/tests/c/standin)
target_sources(app PRIVATE src/main.c ${CMAKE_CURRENT_LIST_DIR}/src/wrist.c
  ${PULSE_APP}/src/accelerometer.c
  ${PULSE_APP}/src/acquire.c
  ${PULSE_APP}/src/clock.c
  ${PULSE_APP}/src/config.c
  ${PULSE_APP}/src/config_store_none.c
  ${PULSE_APP}/src/emulated_accelerometer.c
  ${PULSE_APP}/src/infer.c
  ${PULSE_APP}/src/led.c
  ${PULSE_APP}/src/motion.c
  ${core}/src/align.c
  ${core}/src/integer.c
  ${core}/src/policy.c
  ${core}/src/resample.c
  ${core}/src/ring.c)
