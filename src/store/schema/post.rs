//! What is handed to the postal operator.

diesel::table! {
    postal_counters (centre_id, service, first_serial) {
        centre_id -> Binary,
        service -> Text,
        first_serial -> BigInt,
        last_serial -> BigInt,
    }
}

diesel::table! {
    postal_handovers (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        from_site_id -> Binary,
        to_site_id -> Binary,
        date -> Date,
        handed_at -> BigInt,
        recorded_at -> BigInt,
        recorded_by -> Text,
        scan_id -> Binary,
        asked_sha256 -> Binary,
        announced_at -> Nullable<BigInt>,
        announce_tries -> BigInt,
        announce_due_at -> BigInt,
        announce_problem -> Nullable<Text>,
        synthetic -> Bool,
    }
}

diesel::table! {
    postal_parcels (centre_id, number) {
        centre_id -> Binary,
        number -> Text,
        handover_id -> Binary,
        place -> BigInt,
        home_delivery_id -> Nullable<Binary>,
        weight_g -> BigInt,
    }
}

diesel::table! {
    postal_parcel_items (centre_id, number, item_id) {
        centre_id -> Binary,
        number -> Text,
        item_id -> Binary,
        is_out -> Bool,
    }
}

diesel::table! {
    postal_events (centre_id, id) {
        centre_id -> Binary,
        id -> Text,
        number -> Text,
        kind -> Text,
        reason -> Nullable<Text>,
        at -> BigInt,
        recorded_at -> BigInt,
        recorded_by -> Text,
        handover_id -> Nullable<Binary>,
        is_known -> Bool,
    }
}

diesel::table! {
    postal_cursors (centre_id) {
        centre_id -> Binary,
        cursor -> Text,
        read_at -> BigInt,
    }
}
