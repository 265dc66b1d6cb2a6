DROP TABLE epcis_waiting;
DROP TABLE epcis_cursors;
DROP TABLE epcis_terms;
DROP TABLE epcis_events;
DROP TABLE epcis_captures;
