# SPDX-License-Identifier: Apache-2.0
# Plain board names for boards whose hardware model asks for a qualifier: `west build -b nrf52840dk`.
# Zephyr would append an alias's qualifier to one that is there, as twister's are.
if(NOT BOARD_QUALIFIERS)
  set(nrf52840dk_BOARD_ALIAS nrf52840dk/nrf52840)
  set(nucleo_wb55rg_BOARD_ALIAS nucleo_wb55rg/stm32wb55xx)
endif()
