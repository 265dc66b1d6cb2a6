DROP TABLE plan_proposals;
DROP TABLE plan_revisions;
DROP TABLE live_days;
DROP TABLE alerts;
DROP TABLE positions;
