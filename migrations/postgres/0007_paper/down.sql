DROP TABLE evidence_uploads;
DROP TABLE evidence;
DROP TABLE slips;
DROP TABLE signing_keys;
DROP TABLE forms;
