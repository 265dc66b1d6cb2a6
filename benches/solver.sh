#!/usr/bin/env bash
# The engine against other solvers on the published instances, all in turn on this machine, and the table of gaps.
#
#   benches/solver.sh SECONDS [INSTANCE…]
#
# INSTANCE is a file or the name of one in ../shared/bench/solver/instances (without its ending); none means all of them.
# PEERS     which solvers: conthoi pyvrp pyvrp-mf vroom ortools vrpcli [default: ours and those that are there]
# THREADS   threads of ours [default: 1]; the peers have one
# CONTHOI   our binary [default: target/release/conthoi]
# VRP_CLI   the vrp-cli binary, which comes from no package index here
#
# The peers are installed into target/bench-venv from the benchmark's own requirements.txt. Prints one JSON line a run,
# kept in target/bench-solver.jsonl, then the mean gaps by class of instances.
set -euo pipefail

seconds=${1:?usage: benches/solver.sh SECONDS [INSTANCE…]}
shift
# The driver would take it for its folder of instances.
unset INSTANCES
root=$(cd "$(dirname "$0")/.." && pwd)
shared=${CONTHOI_SHARED:-$root/../shared}
[ -d "$shared/bench/solver" ] || shared=$root/../../shared
bench=$shared/bench/solver
[ -f "$bench/run_peers.py" ] || { echo "skipped: there is no benchmark in $bench"; exit 0; }
export CONTHOI=${CONTHOI:-$root/target/release/conthoi}
export CONTHOI_THREADS=${THREADS:-${CONTHOI_THREADS:-1}}
# The driver lies in a folder that may not be written to.
export PYTHONDONTWRITEBYTECODE=1
[ -x "$CONTHOI" ] || { echo "there is no $CONTHOI: build it with cargo build --release" >&2; exit 1; }

wanted=${PEERS:-conthoi pyvrp vroom ortools vrpcli}
venv=$root/target/bench-venv
python=${PYTHON:-$venv/bin/python}
if [ -z "${PYTHON:-}" ] && [ ! -x "$python" ]; then
    if ! python3 -m venv "$venv"; then
        rm -rf "$venv"
        echo "no virtual environment can be made (Debian: apt-get install python3-venv)" >&2
        exit 1
    fi
fi
for module in pyvrp vroom ortools; do
    case " $wanted " in *" $module"*)
        # One failing package must not keep the others out.
        if ! "$python" -c "import $module" 2>/dev/null; then
            requirement=$(grep -i "$module" "$bench/requirements.txt" | head -1)
            "$python" -m pip install --quiet --only-binary :all: "${requirement:-$module}" numpy || true
        fi ;;
    esac
done
"$python" -c "import numpy" 2>/dev/null || "$python" -m pip install --quiet --only-binary :all: numpy || true

peers=
for peer in $wanted; do
    case $peer in
        conthoi) there=true ;;
        vrpcli)
            export VRP_CLI=${VRP_CLI:-$(command -v vrp-cli || true)}
            [ -x "$VRP_CLI" ] && there=true || there="set VRP_CLI to its binary" ;;
        pyvrp*) "$python" -c "import pyvrp" 2>/dev/null && there=true || there="pip could not install it" ;;
        vroom*) "$python" -c "import vroom" 2>/dev/null && there=true || there="pip could not install it" ;;
        *) "$python" -c "import $peer" 2>/dev/null && there=true || there="pip could not install it" ;;
    esac
    if [ "$there" = true ]; then peers="$peers $peer"; else echo "skipped: $peer ($there)" >&2; fi
done

if [ $# -eq 0 ]; then
    set -- "$bench"/instances/{solomon,gh,lilim}/*.txt "$bench"/instances/cvrp/*.vrp
fi
lines=$root/target/bench-solver.jsonl
: >"$lines"
for name in "$@"; do
    instance=$name
    [ -f "$instance" ] || instance=$(find "$bench/instances" -iname "$name.txt" -o -iname "$name.vrp" | head -1)
    [ -n "$instance" ] || { echo "there is no instance $name in $bench/instances" >&2; exit 1; }
    for peer in $peers; do
        case $instance:$peer in
            *.vrp:conthoi | *.vrp:pyvrp | *.vrp:ortools | *.vrp:vroom)
                "$python" "$root/benches/cvrp.py" "$peer" "$instance" "$seconds" | tee -a "$lines" ;;
            *.vrp:*) ;;
            *) "$python" "$bench/run_peers.py" "$peer" "$instance" "$seconds" | tee -a "$lines" ;;
        esac
    done
done
"$python" - "$lines" <<'PYTHON'
import collections, json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
size = lambda row: min((100, 200, 400, 500, 600, 800, 1000), key=lambda size: abs(size - row["n"]))
found = collections.defaultdict(list)
for row in rows:
    found[row["kind"], size(row), row["peer"]].append(row)
peers = sorted({row["peer"] for row in rows}, key=lambda peer: (peer != "conthoi", peer))
print("\nmean gap to the best known distance; + extra vehicles where vehicles come first (then the gap is of the runs with the"
      "\nbest known number); in brackets how many answers were feasible, where not all were\n")
print(f"{'class':14}" + "".join(f"{peer:>24}" for peer in peers))
for kind, size in sorted({key[:2] for key in found}):
    cells = []
    for peer in peers:
        runs = found[kind, size, peer]
        sound = [row for row in runs if row.get("feasible")]
        extra = [row["extra_vehicles"] for row in sound if "extra_vehicles" in row and kind == "pdptw"]
        gaps = [row["gap_pct"] for row in sound if row.get("gap_pct") is not None
                and (kind != "pdptw" or row.get("extra_vehicles", 0) <= 0)]
        cell = f"{sum(gaps) / len(gaps):.2f} %" if gaps else "–"
        cell += f" +{sum(extra) / len(extra):.2f}" if extra else ""
        cell += f" ({len(sound)}/{len(runs)})" if len(sound) < len(runs) else ""
        cells.append(cell if runs else "–")
    print(f"{kind} {size:<8}" + "".join(f"{cell:>24}" for cell in cells))
PYTHON
