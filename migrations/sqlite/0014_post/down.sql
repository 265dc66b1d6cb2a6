DROP TABLE postal_cursors;
DROP TABLE postal_events;
DROP TABLE postal_parcel_items;
DROP TABLE postal_parcels;
DROP TABLE postal_handovers;
DROP TABLE postal_counters;
