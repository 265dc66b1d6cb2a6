#!/usr/bin/env bash
# Times the replay of a year of one centre: one timetable, then the evaluation of many, then a suggestion.
# Usage: benches/timetable.sh PATH/TO/conthoi
set -euo pipefail

conthoi=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export CONTHOI_DATABASE=sqlite:year.sqlite CONTHOI_LOG=error
year=(--from 2019-01-04 --to 2020-01-03)

"$conthoi" import >/dev/null
"$conthoi" simulate "${year[@]}" --seed 1 2>/dev/null

timed() { # label, command…
  local label=$1 begin end
  shift
  begin=$(date +%s.%N)
  "$@" 2>/dev/null >"$folder/out"
  end=$(date +%s.%N)
  printf '%-60s %7.2f s\n' "$label" "$(echo "$end $begin" | awk '{print $1 - $2}')"
}

timed "a year, the timetable in force and one other" \
  "$conthoi" timetable evaluate "${year[@]}" --runs-max 1 --couriers-max 1
timed "a year, up to 6 runs and 4 couriers" "$conthoi" timetable evaluate "${year[@]}"
tail -n +1 "$folder/out"
timed "a year, the cheapest with 99 % in time" "$conthoi" timetable suggest "${year[@]}" --on-time 99
tail -n +1 "$folder/out"
