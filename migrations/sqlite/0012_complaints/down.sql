DROP INDEX dossiers_by_settled;
DROP TABLE compensations;
DROP TABLE complaints;
DROP TABLE ratings;
