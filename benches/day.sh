#!/usr/bin/env bash
# Times the whole `plan` command for 2019-06-14 at published volume and at twenty times that: wall seconds (median of RUNS)
# and peak memory where GNU time is installed. Usage: benches/day.sh PATH/TO/conthoi [RUNS]
set -euo pipefail

conthoi=$(realpath "$1")
runs=${2:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

timed() { # label, command…
  local label=$1 walls=() peak="" i
  shift
  for ((i = 0; i < runs; i++)); do
    if [ -x /usr/bin/time ]; then
      /usr/bin/time -f '%e %M' -o "$folder/time" "$@" >/dev/null
      walls+=("$(cut -d' ' -f1 "$folder/time")")
      peak=$(cut -d' ' -f2 "$folder/time")
    else
      local begin end
      begin=$(date +%s.%N)
      "$@" >/dev/null
      end=$(date +%s.%N)
      walls+=("$(echo "$end $begin" | awk '{printf "%.2f", $1 - $2}')")
    fi
  done
  local sorted
  sorted=$(printf '%s\n' "${walls[@]}" | sort -n)
  printf '%-46s median %6s s   min %6s   max %6s   peak %s\n' "$label" \
    "$(sed -n "$(((runs + 1) / 2))p" <<<"$sorted")" "$(head -n1 <<<"$sorted")" "$(tail -n1 <<<"$sorted")" \
    "${peak:+$((peak / 1024)) MB}"
}

for scale in 1 20; do
  export CONTHOI_DATABASE="sqlite:$folder/scale-$scale.sqlite"
  "$conthoi" import >/dev/null
  runs=1 timed "simulate the season, scale $scale" \
    "$conthoi" simulate --from 2019-01-04 --to 2019-06-15 --seed 1 --scale "$scale"
  timed "plan --date 2019-06-14, scale $scale" "$conthoi" plan --date 2019-06-14
done
