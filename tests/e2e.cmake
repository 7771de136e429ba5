# End-to-end tests: the real programs with real peers. Each prints its seed and cleans up after itself.
function(tocsin_e2e name script)
  add_test(NAME ${name} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/e2e/${script}
    --binaries ${CMAKE_BINARY_DIR}/bin ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900)
endfunction()

# The naive twin's eye on the store of a real daemon.
add_executable(store_twin support/store_twin.cc)
target_link_libraries(store_twin PRIVATE tocsin_options rule_builders tocsin_commands fmt::fmt)
set_target_properties(store_twin PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

tocsin_e2e(e2e.kill_loop kill_loop.py --kills 50 --twin $<TARGET_FILE:store_twin>)
tocsin_e2e(e2e.demo demo_test.py)
tocsin_e2e(e2e.stop stop_test.py)
tocsin_e2e(e2e.admin admin_test.py)
tocsin_e2e(e2e.reload reload_test.py)
tocsin_e2e(e2e.rescue rescue_test.py)
tocsin_e2e(e2e.feed feed_test.py)
tocsin_e2e(e2e.samples samples_test.py)
tocsin_e2e(e2e.hostile hostile_test.py)
tocsin_e2e(e2e.mad mad_test.py)

# Faults of the disk.
add_library(failing_sync MODULE support/failing_sync.cc)
target_compile_features(failing_sync PRIVATE cxx_std_20)
set_target_properties(failing_sync PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
tocsin_e2e(e2e.sync sync_test.py --shim $<TARGET_FILE:failing_sync>)
tocsin_e2e(e2e.damage damage_test.py)
tocsin_e2e(e2e.disk disk_test.py --rounds 2)
set_tests_properties(e2e.disk PROPERTIES SKIP_RETURN_CODE 77)

# Overload and time: `./run torture` has the long forms.
tocsin_e2e(e2e.overload overload_test.py --connections 100 --frames 3 --epochs 4)
tocsin_e2e(e2e.soak soak.py --minutes 0.5 --full-seconds 3)
