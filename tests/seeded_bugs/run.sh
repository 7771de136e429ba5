#!/bin/bash
# Shows that the suite catches what it should: every patch of this folder, alone in a scratch copy
# of the tree, must make twin_tests fail, and without a patch they must pass.
#   run.sh [PATCH...]     default: all. TOCSIN_CASES and TOCSIN_SEED reach the tests.
# Prints a line a patch; ends with 1 if one was not caught.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tocsin-bugs.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

tar -C "$root" --exclude=./build --exclude=./.git -cf - . | tar -C "$scratch" -xf -
# The mistakes are of meaning, not of memory: without sanitizers it takes a third of the time.
cmake --preset dev -S "$scratch" -B "$scratch/build" -DTOCSIN_SANITIZE= \
  -DCMAKE_CXX_FLAGS_DEV="-O1" >"$scratch/cmake.log"

build() { ninja -C "$scratch/build" twin_tests >"$scratch/build.log" 2>&1; }
tests_pass() { "$scratch/build/tests/twin_tests" --gtest_fail_fast --gtest_brief=1 >"$scratch/test.log" 2>&1; }

build || { tail -30 "$scratch/build.log"; exit 1; }
tests_pass || { echo "the tests fail without any bug:"; tail -30 "$scratch/test.log"; exit 1; }

missed=0
if [ $# -eq 0 ]; then set -- "$here"/*.patch; fi
for patch in "$@"; do
  name=$(basename "$patch" .patch)
  if ! patch -d "$scratch" -p1 --silent <"$patch"; then
    echo "$name: the patch no longer applies"; missed=1; continue
  fi
  if ! build; then
    echo "$name: doesn't compile"; tail -5 "$scratch/build.log"; missed=1
  elif tests_pass; then
    echo "$name: NOT CAUGHT"; missed=1
  else
    echo "$name: caught by $(sed -n 's/.*\[  FAILED  \] \([^ ,]*\).*/\1/p' "$scratch/test.log" | head -1)"
  fi
  patch -d "$scratch" -p1 -R --silent <"$patch"
done
exit $missed
