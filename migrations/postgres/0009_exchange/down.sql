DROP TABLE webhook_deliveries;
DROP TABLE webhook_endpoints;
ALTER TABLE dossiers DROP COLUMN procedure_code;
DROP INDEX discrepancies_to_announce;
ALTER TABLE discrepancies DROP COLUMN announced_at;
DROP TABLE feed_entries;
