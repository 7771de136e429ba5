# End-to-end tests: the real programs with real peers. Each prints its seed and cleans up after itself.
function(tocsin_e2e name script)
  add_test(NAME ${name} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/e2e/${script}
    --binaries ${CMAKE_BINARY_DIR}/bin ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900)
endfunction()

tocsin_e2e(e2e.kill_loop kill_loop.py --kills 100)
tocsin_e2e(e2e.demo demo_test.py)
tocsin_e2e(e2e.stop stop_test.py)
tocsin_e2e(e2e.reload reload_test.py)
tocsin_e2e(e2e.rescue rescue_test.py)
tocsin_e2e(e2e.feed feed_test.py)
tocsin_e2e(e2e.hostile hostile_test.py)
tocsin_e2e(e2e.mad mad_test.py)
