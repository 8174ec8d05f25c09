# SPDX-License-Identifier: Apache-2.0
# The application, after project().

add_subdirectory(${PULSE_APP}/src ${CMAKE_BINARY_DIR}/pulse/src)
if(CONFIG_PULSE_REPLAY OR CONFIG_PULSE_REPLAY_SERIAL)
  target_include_directories(app PRIVATE ${PULSE_APP})
  add_subdirectory(${PULSE_APP}/replay ${CMAKE_BINARY_DIR}/pulse/replay)
endif()
