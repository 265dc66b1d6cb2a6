DROP TABLE plan_warnings;
DROP TABLE plan_continues;
DROP TABLE plan_unassigned;
DROP TABLE plan_stop_items;
DROP TABLE plan_stops;
DROP TABLE plan_routes;
DROP TABLE plan_runs;
DROP TABLE plans;
