# Installs into temporary directories and runs the programs from there.
add_test(NAME install COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/install_test.py
  --cmake ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR})
set_tests_properties(install PROPERTIES TIMEOUT 600)

# What the build is made of.
add_test(NAME sbom COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/sbom_test.py --build ${CMAKE_BINARY_DIR})
set_tests_properties(sbom PROPERTIES TIMEOUT 300)
