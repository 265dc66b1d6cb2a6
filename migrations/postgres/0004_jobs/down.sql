DROP TABLE idempotency_keys;
DROP TABLE plan_jobs;
