# SPDX-License-Identifier: Apache-2.0
# Acquisition and inference as they are and a simulated wrist, for suites that bring an estimator of their own.
set(core ${PULSE_APP}/core)
target_include_directories(app PRIVATE ${CMAKE_CURRENT_LIST_DIR}/src ${PULSE_APP} ${PULSE_APP}/src
                           ${core}/include ${PULSE_ROOT}/tests/c/standin)
target_sources(app PRIVATE src/main.c ${CMAKE_CURRENT_LIST_DIR}/src/wrist.c
  ${PULSE_APP}/replay/emulated_bmi160.c
  ${PULSE_APP}/src/estimation/infer.c
  ${core}/src/align.c
  ${core}/src/integer.c
  ${core}/src/policy.c
  ${core}/src/resample.c
  ${core}/src/ring.c)
add_subdirectory(${PULSE_APP}/src/settings settings)
add_subdirectory(${PULSE_APP}/src/sensing sensing)
