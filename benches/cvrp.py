#!/usr/bin/env python3
"""Run one solver on one CVRPLIB file, check the answer here, print one JSON line like run_peers.py does.

usage: cvrp.py conthoi|pyvrp|ortools|vroom FILE SECONDS

The reader and the check are short and share nothing with any solver: EUC_2D rounded to whole numbers, every customer once,
no route above the capacity. Best known distances come from a bks.csv beside the file.
"""
import csv, json, math, os, subprocess, sys, time


def read(path):
    capacity, points, demands, section = None, [], [], None
    for line in map(str.strip, open(path)):
        if line.startswith("CAPACITY"):
            capacity = int(line.split(":")[1])
        elif line.endswith("_SECTION") or line == "EOF":
            section = line
        elif section == "NODE_COORD_SECTION":
            points.append(tuple(float(word) for word in line.split()[1:3]))
        elif section == "DEMAND_SECTION":
            demands.append(int(line.split()[1]))
    matrix = [[int(math.hypot(a[0] - b[0], a[1] - b[1]) + 0.5) for b in points] for a in points]
    return capacity, demands, matrix


def check(capacity, demands, matrix, routes):
    """The distance of the routes, or what is wrong with them."""
    seen = [customer for route in routes for customer in route]
    if sorted(seen) != list(range(1, len(demands))):
        return None, "not every customer is visited once"
    if any(sum(demands[customer] for customer in route) > capacity for route in routes):
        return None, "a route carries more than fits"
    legs = (zip([0] + route, route + [0]) for route in routes)
    return sum(matrix[a][b] for route in legs for a, b in route), None


def conthoi(path, seconds, *_):
    command = [os.environ.get("CONTHOI", "target/release/conthoi"), "solve", path, "--format", "cvrplib",
               "--time", str(seconds), "--threads", os.environ.get("CONTHOI_THREADS", "1"), "--json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["routes"]


def pyvrp(path, seconds, capacity, demands, matrix):
    import numpy
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType, solve
    from pyvrp.stop import MaxRuntime
    legs = numpy.array(matrix, dtype=numpy.int64)
    clients = [Client(i, delivery=[demands[i]]) for i in range(1, len(demands))]
    data = ProblemData([Location(0, 0) for _ in demands], clients, [Depot(0)],
                       [VehicleType(len(clients), [capacity])], [legs], [legs])
    best = solve(data, MaxRuntime(seconds), seed=1, display=False, collect_stats=False).best
    return [[data.clients()[visit.idx].location for visit in route if visit.is_client()] for route in best.routes()]


def ortools(path, seconds, capacity, demands, matrix):
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2 as enums
    vehicles = len(demands) - 1
    manager = pywrapcp.RoutingIndexManager(len(demands), vehicles, 0)
    model = pywrapcp.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(matrix))
    model.AddDimension(model.RegisterUnaryTransitVector(list(demands)), 0, capacity, True, "load")
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = enums.FirstSolutionStrategy.SAVINGS
    parameters.local_search_metaheuristic = enums.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(seconds * 1000))
    found, routes = model.SolveWithParameters(parameters), []
    for vehicle in range(vehicles if found else 0):
        at, route = found.Value(model.NextVar(model.Start(vehicle))), []
        while not model.IsEnd(at):
            route.append(manager.IndexToNode(at))
            at = found.Value(model.NextVar(at))
        routes += [route] if route else []
    return routes


def vroom(path, seconds, capacity, demands, matrix):
    import datetime, numpy, vroom
    problem = vroom.Input()
    problem.set_durations_matrix("car", numpy.array(matrix, dtype=numpy.uint32))
    # VROOM needs a number of vehicles; a few more than the load needs are enough on these files.
    vehicles = int(sum(demands) / capacity * 1.1) + 3
    problem.add_vehicle([vroom.Vehicle(k + 1, start=0, end=0, capacity=[capacity]) for k in range(vehicles)])
    problem.add_job([vroom.Job(i, location=i, delivery=[demands[i]]) for i in range(1, len(demands))])
    found = problem.solve(exploration_level=5, nb_threads=1, timeout=datetime.timedelta(seconds=seconds)).to_dict()
    return [[step["id"] for step in route["steps"] if step["type"] == "job"] for route in found["routes"]]


def best_known(path):
    name = os.path.basename(path).rsplit(".", 1)[0]
    for row in csv.DictReader(open(os.path.join(os.path.dirname(path), "bks.csv"))):
        if row["instance"].lower() == name.lower():
            return float(row["distance"])
    return None


def main():
    peer, path, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    capacity, demands, matrix = read(path)
    row = {"peer": peer, "instance": os.path.basename(path).rsplit(".", 1)[0], "kind": "cvrp", "n": len(demands) - 1,
           "seconds": seconds}
    began = time.perf_counter()
    try:
        solver = {"conthoi": conthoi, "pyvrp": pyvrp, "ortools": ortools, "vroom": vroom}[peer]
        routes = solver(path, seconds, capacity, demands, matrix)
        distance, wrong = check(capacity, demands, matrix, routes)
        best = best_known(path)
        row |= {"vehicles": len(routes), "distance": distance, "feasible": wrong is None, "why": wrong}
        if distance is not None and best:
            row |= {"bks_distance": best, "gap_pct": round(100 * (distance / best - 1), 3)}
    except Exception as error:  # a peer that fails is a row too
        row |= {"feasible": False, "error": f"{type(error).__name__}: {error}"[-300:]}
    row["wall_s"] = round(time.perf_counter() - began, 2)
    print(json.dumps(row), flush=True)


main()
