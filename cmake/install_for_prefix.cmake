# Run at installation, with SOURCE and CMAKE_INSTALL_PREFIX: copies what names paths, with those of
# the installation in place of the source tree's.
function(install_with_paths from to)  # then pairs: a text that must be there, what takes its place
  file(READ ${SOURCE}/${from} text)
  while(ARGN)
    list(POP_FRONT ARGN old new)
    string(FIND "${text}" "${old}" at)
    if(at EQUAL -1)
      message(FATAL_ERROR "${from} has no '${old}', which the installation replaces")
    endif()
    string(REPLACE "${old}" "${new}" text "${text}")
  endwhile()
  set(target $ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${to})
  message(STATUS "Installing: ${target}")
  file(WRITE ${target} "${text}")
endfunction()

install_with_paths(deploy/config/lake-chad/tocsind.yaml share/tocsin/config/lake-chad/tocsind.yaml
  "../../../rules/packs/lake-chad.yaml" "${CMAKE_INSTALL_PREFIX}/share/tocsin/packs/lake-chad.yaml"
  "../../../demo-out/store" "/var/lib/tocsin/store"
  "../../../demo-out/cap" "/var/lib/tocsin/cap")
install_with_paths(systemd/tocsind.service lib/systemd/system/tocsind.service
  "/usr/bin/tocsind" "${CMAKE_INSTALL_PREFIX}/bin/tocsind"
  "/usr/share/doc" "${CMAKE_INSTALL_PREFIX}/share/doc")
