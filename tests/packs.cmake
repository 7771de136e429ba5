tocsin_test(packs_test
  SOURCES
    common_mistakes_test.cc
    demo_scenario_test.cc
    pack_errors_test.cc
    pack_explain_test.cc
    pack_format_test.cc
    pack_lake_chad_test.cc
    pack_published_test.cc
    pack_warnings_test.cc
    references_test.cc
    rules_reference_test.cc
    scenario_lines_test.cc
    suite_test.cc
    support/golden.cc
  LIBS tocsin_scenario tocsin_config tocsin_commands Boost::json pugixml::pugixml)

add_test(NAME schemas COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/schema_test.py --tocsin $<TARGET_FILE:tocsin>)
add_test(NAME new COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/new_test.py --tocsin $<TARGET_FILE:tocsin>)
