#!/usr/bin/env bash
# The engine against other solvers on the published instances: benches/solver.sh SECONDS [INSTANCE…]
#
# PEERS names the solvers (default: ours alone), as run_peers.py in ../shared/bench/solver knows them; PYTHON is an
# interpreter with its requirements, and CONTHOI our binary. All run in turn on this machine, one thread each unless
# CONTHOI_THREADS says otherwise. Prints one line a run, then the mean gap of each solver.
set -euo pipefail

seconds=${1:?usage: benches/solver.sh SECONDS [INSTANCE…]}
shift
root=$(cd "$(dirname "$0")/.." && pwd)
shared=${CONTHOI_SHARED:-$root/../shared}
[ -d "$shared" ] || shared=$root/../../shared
bench=$shared/bench/solver
[ -f "$bench/run_peers.py" ] || { echo "skipped: no benchmark in $bench"; exit 0; }
export CONTHOI=${CONTHOI:-$root/target/release/conthoi}
[ -x "$CONTHOI" ] || { echo "build it first: cargo build --release" >&2; exit 1; }

if [ $# -eq 0 ]; then
    # Capacity alone has no checker in the driver.
    set -- "$bench"/instances/{solomon,gh,lilim}/*.txt
fi
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for instance in "$@"; do
    for peer in ${PEERS:-conthoi}; do
        "${PYTHON:-python3}" "$bench/run_peers.py" "$peer" "$instance" "$seconds" | tee -a "$lines"
    done
done
"${PYTHON:-python3}" - "$lines" <<'PYTHON'
import collections, json, sys
rows = collections.defaultdict(list)
for line in open(sys.argv[1]):
    row = json.loads(line)
    rows[row["peer"], row["kind"], row["n"] if row["kind"] == "vrptw" else row["n"] // 100 * 100].append(row)
for (peer, kind, size), found in sorted(rows.items()):
    gaps = [row["gap_pct"] for row in found if row.get("gap_pct") is not None]
    extra = [row["extra_vehicles"] for row in found if "extra_vehicles" in row]
    gap = f"{sum(gaps) / len(gaps):7.3f} %" if gaps else "      –  "
    more = f"{sum(extra) / len(extra):+.2f} vehicles" if extra else ""
    print(f"{peer:10} {kind} {size:5}: gap {gap} over {len(gaps)} of {len(found)} {more}")
PYTHON
