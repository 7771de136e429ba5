# The gate: pure, run on the engine thread.
tocsin_library(tocsin_gate
  SOURCES
    gate.cc
    gate_claim.cc
    gate_period.cc
    gate_place.cc
  PUBLIC tocsin_model
  PRIVATE fmt::fmt)
