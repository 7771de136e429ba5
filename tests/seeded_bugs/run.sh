#!/bin/bash
# Shows that the suite catches what it should: every patch of this folder, alone in a scratch copy
# of the tree (build/bugs), must make twin_tests fail if it is of rules/, else the simulator; without
# a patch both must pass.
#   run.sh [PATCH...]     default: all. TOCSIN_CASES and TOCSIN_SEED reach the tests.
# A line a patch: the first table worked by hand that fails, and the first property that does, with
# the number of cases it took; or the first seed of the simulator, with the promise that it found
# broken. Ends with 1 if a bug was caught by nobody.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=$root/build/bugs
tree=$scratch/tree
tests=$scratch/build/tests/twin_tests
simulator=$scratch/build/bin/tocsin_sim
sim_seeds=20
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

build() { ninja -C "$scratch/build" "$@" >"$scratch/build.log" 2>&1; }

# The first seed that finds a promise broken; nothing if none does.
first_violation() {
  local seed
  for ((seed = first_seed; seed < first_seed + sim_seeds; ++seed)); do
    "$simulator" --seed "$seed" --steps 400 >"$scratch/sim.log" 2>&1 && continue
    echo "seed $seed: $(sed -n 's/^seed [0-9]*: //p' "$scratch/sim.log" | head -1)"
    return
  done
}

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

if [ $# -eq 0 ]; then set -- "$here"/*.patch; fi
wants() { grep -q "$1" "${@:2}"; }  # PATTERN PATCH...
build twin_tests tocsin_sim || { tail -30 "$scratch/build.log"; exit 1; }
broken=
if wants '^+++ b/rules/' "$@"; then broken=$(first_failure '*Table*')$(first_property); fi
if wants '^+++ b/[^r]' "$@"; then broken=$broken$(first_violation); fi
[ -z "$broken" ] || { echo "without any bug: $broken"; tail -n 30 "$scratch"/{test,sim}.log 2>/dev/null; exit 1; }

missed=0
for patch in "$@"; do
  name=$(basename "$patch" .patch)
  if ! patch -d "$tree" -p1 --silent --dry-run <"$patch" >/dev/null; then
    echo "$name: the patch no longer applies"; missed=1; continue
  fi
  patch -d "$tree" -p1 --silent <"$patch"
  if ! wants '^+++ b/rules/' "$patch"; then
    if build tocsin_sim; then
      violation=$(first_violation)
      [ -n "$violation" ] && verdict=caught || { verdict="NOT CAUGHT"; missed=1; }
      echo "$name: $verdict; simulated: ${violation:-no seed}"
    else
      echo "$name: doesn't compile"; tail -5 "$scratch/build.log"; missed=1
    fi
  elif build twin_tests; then
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
