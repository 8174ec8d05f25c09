# SPDX-License-Identifier: Apache-2.0
# The application, after project().

# Without the sensors' aliases one message, and not an error for each use.
foreach(alias pulse-ppg pulse-accel)
  dt_alias(pulse_node PROPERTY ${alias})
  if(NOT pulse_node)
    message(FATAL_ERROR "devicetree: aliases: expected ${alias}, found none: docs/wiring.md")
  endif()
endforeach()

add_subdirectory(${PULSE_APP}/src ${CMAKE_BINARY_DIR}/pulse/src)
if(CONFIG_PULSE_REPLAY OR CONFIG_PULSE_REPLAY_SERIAL)
  target_include_directories(app PRIVATE ${PULSE_APP})
  add_subdirectory(${PULSE_APP}/replay ${CMAKE_BINARY_DIR}/pulse/replay)
endif()
