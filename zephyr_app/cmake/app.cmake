# SPDX-License-Identifier: Apache-2.0
# The application's sources, after project().

target_sources(app PRIVATE
  ${PULSE_APP}/src/accelerometer.c
  ${PULSE_APP}/src/acquire.c
  ${PULSE_APP}/src/clock.c
  ${PULSE_APP}/src/config.c
  ${PULSE_APP}/src/infer.c
  ${PULSE_APP}/src/last_words.c
  ${PULSE_APP}/src/led.c
  ${PULSE_APP}/src/main.c
  ${PULSE_APP}/src/motion.c
  ${PULSE_APP}/src/publish.c)

target_sources_ifdef(CONFIG_PULSE_STREAM app PRIVATE
  ${PULSE_APP}/src/stream.c
  ${PULSE_APP}/src/stream_frame.c
  ${PULSE_APP}/src/stream_port.c)
if(CONFIG_SETTINGS)
  target_sources(app PRIVATE ${PULSE_APP}/src/config_store.c)
else()
  target_sources(app PRIVATE ${PULSE_APP}/src/config_store_none.c)
endif()
target_sources_ifdef(CONFIG_PULSE_BLUETOOTH app PRIVATE
  ${PULSE_APP}/src/bluetooth.c
  ${PULSE_APP}/src/bluetooth_advertising.c
  ${PULSE_APP}/src/bluetooth_config.c
  ${PULSE_APP}/src/bluetooth_pairing.c)
target_sources_ifdef(CONFIG_PULSE_BATTERY app PRIVATE ${PULSE_APP}/src/bluetooth_battery.c)
target_sources_ifdef(CONFIG_PULSE_CONFIRM_IMAGE app PRIVATE ${PULSE_APP}/src/confirm.c)
target_sources_ifdef(CONFIG_PULSE_WATCHDOG app PRIVATE ${PULSE_APP}/src/watchdog.c)

if(CONFIG_PULSE_SHELL)
  target_sources(app PRIVATE
    ${PULSE_APP}/src/shell.c
    ${PULSE_APP}/src/shell_config.c
    ${PULSE_APP}/src/shell_stats.c
    ${PULSE_APP}/src/shell_status.c)
  target_sources_ifdef(CONFIG_PULSE_REPLAY app PRIVATE ${PULSE_APP}/src/shell_replay.c)
  target_sources_ifdef(CONFIG_PULSE_BLUETOOTH app PRIVATE ${PULSE_APP}/src/shell_pairing.c)
  target_sources_ifdef(CONFIG_PULSE_STREAM app PRIVATE ${PULSE_APP}/src/shell_stream.c)
endif()

if(CONFIG_PULSE_REPLAY)
  target_sources(app PRIVATE ${PULSE_APP}/src/replay.c ${PULSE_APP}/src/replay_file.c
    ${PULSE_APP}/src/latency.c ${PULSE_APP}/src/led_trace.c
    ${PULSE_APP}/src/emulated_accelerometer.c)
  target_sources_ifdef(CONFIG_PULSE_RANDOM_FAULTS app PRIVATE ${PULSE_APP}/src/random_faults.c)
  if(CONFIG_ARCH_POSIX)
    target_sources(app PRIVATE ${PULSE_APP}/src/host_native.c)
  else()
    target_sources(app PRIVATE ${PULSE_APP}/src/host_semihosting.c)
  endif()
endif()
target_sources_ifdef(CONFIG_PULSE_FAULTS app PRIVATE ${PULSE_APP}/src/faults.c)

if(CONFIG_PULSE_REPLAY_SERIAL)
  target_sources(app PRIVATE ${PULSE_APP}/src/replay_serial.c ${PULSE_APP}/src/replay_file.c
    ${PULSE_APP}/src/host_serial.c)
endif()
