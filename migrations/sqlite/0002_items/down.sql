DROP TABLE items;
DROP TABLE home_deliveries;
DROP TABLE dossiers;
