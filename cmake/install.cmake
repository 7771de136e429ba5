# `cmake --install build/release --prefix /usr`: what docs/OPERATIONS.md says under "Install". The
# programs look for their mappings beside themselves (daemon/installed.h); the unit and the example
# configuration name the prefix, and are written for it when it is known, at installation.
install(TARGETS tocsind tocsin RUNTIME DESTINATION bin)
install(DIRECTORY ingest/mappings DESTINATION share/tocsin FILES_MATCHING PATTERN "*.yaml")
install(DIRECTORY rules/packs DESTINATION share/tocsin FILES_MATCHING PATTERN "*.yaml")
install(DIRECTORY deploy/schemas DESTINATION share/tocsin FILES_MATCHING PATTERN "*.json")
install(FILES deploy/prometheus/tocsin.rules.yml DESTINATION share/tocsin/prometheus)
install(DIRECTORY deploy/config DESTINATION share/tocsin PATTERN tocsind.yaml EXCLUDE)
install(DIRECTORY docs/ DESTINATION share/doc/tocsin FILES_MATCHING PATTERN "*.md")
install(FILES systemd/tocsin.sysusers DESTINATION lib/sysusers.d RENAME tocsin.conf)
install(FILES systemd/tocsin.tmpfiles DESTINATION lib/tmpfiles.d RENAME tocsin.conf)
install(CODE "set(SOURCE \"${CMAKE_CURRENT_SOURCE_DIR}\")")
install(SCRIPT cmake/install_for_prefix.cmake)
