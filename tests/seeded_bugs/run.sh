#!/bin/bash
# Shows that the suite catches what it should: every patch of this folder, alone in a scratch copy
# of the tree (build/bugs), must make twin_tests fail; without a patch they must pass.
#   run.sh [PATCH...]     default: all. TOCSIN_CASES and TOCSIN_SEED reach the tests.
# A line a patch: the first table worked by hand that fails, and the first property that does, with
# the number of cases it took. Ends with 1 if a bug was caught by neither.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=$root/build/bugs
tree=$scratch/tree
tests=$scratch/build/tests/twin_tests
first_seed=${TOCSIN_SEED:-1}

# The build folder stays from run to run; the copy keeps the times of its files.
rm -rf "$tree"
mkdir -p "$tree"
tar -C "$root" --exclude=./build --exclude=./.git -cf - . | tar -C "$tree" -xf -
# What a run before may have compiled with a bug is compiled again.
sed -n 's|^+++ b/||p' "$here"/*.patch | sort -u | (cd "$tree" && xargs touch)
# The mistakes are of meaning, not of memory: without sanitizers it takes a third of the time.
cmake --preset dev -S "$tree" -B "$scratch/build" -DTOCSIN_SANITIZE= \
  -DCMAKE_CXX_FLAGS_DEV="-O1" >"$scratch/cmake.log"

build() { ninja -C "$scratch/build" twin_tests >"$scratch/build.log" 2>&1; }

# The name of the first test that fails of those that match; nothing if all pass.
first_failure() {
  "$tests" --gtest_filter="$1" --gtest_fail_fast >"$scratch/test.log" 2>&1 && return
  local name
  name=$(sed -n 's/^\[  FAILED  \] \([^ ,]*\).*/\1/p' "$scratch/test.log" | head -1)
  echo "${name:-a crash}"
}

# The properties, those first that are compared with a twin.
first_property() {
  local suite failed seed
  for suite in '*EngineProperties*' '*LedgerProperties*' 'EnginePromises*'; do
    failed=$(first_failure "$suite")
    [ -n "$failed" ] || continue
    seed=$(sed -n 's/^.*TOCSIN_SEED=\([0-9]*\) TOCSIN_CASES=1.*/\1/p' "$scratch/test.log" | head -1)
    # Each shard begins where the one before ends.
    [ -z "$seed" ] || failed="$failed, case $((seed - first_seed + 1))"
    echo "$failed"
    return
  done
}

build || { tail -30 "$scratch/build.log"; exit 1; }
broken=$(first_failure '*Table*')$(first_property)
[ -z "$broken" ] || { echo "without any bug: $broken"; tail -30 "$scratch/test.log"; exit 1; }

missed=0
if [ $# -eq 0 ]; then set -- "$here"/*.patch; fi
for patch in "$@"; do
  name=$(basename "$patch" .patch)
  if ! patch -d "$tree" -p1 --silent --dry-run <"$patch" >/dev/null; then
    echo "$name: the patch no longer applies"; missed=1; continue
  fi
  patch -d "$tree" -p1 --silent <"$patch"
  if build; then
    table=$(first_failure '*Table*')
    property=$(first_property)
    [ -n "$table$property" ] || missed=1
    [ -n "$table$property" ] && verdict=caught || verdict="NOT CAUGHT"
    echo "$name: $verdict; by hand: ${table:-no table}; at random: ${property:-no property}"
  else
    echo "$name: doesn't compile"; tail -5 "$scratch/build.log"; missed=1
  fi
  patch -d "$tree" -p1 -R --silent <"$patch"
done
exit $missed
