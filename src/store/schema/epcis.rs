//! Exchange of events with partners.

diesel::table! {
    epcis_captures (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        created_at -> BigInt,
        behaviour -> Text,
        events -> BigInt,
        stored -> BigInt,
        success -> Bool,
        errors -> Text,
    }
}

diesel::table! {
    epcis_events (centre_id, number) {
        centre_id -> Binary,
        number -> BigInt,
        event_hash -> Binary,
        event_id -> Text,
        declared_at -> Nullable<BigInt>,
        record_time -> BigInt,
        event_time -> BigInt,
        event_type -> Text,
        action -> Nullable<Text>,
        biz_step -> Nullable<Text>,
        disposition -> Nullable<Text>,
        read_point -> Nullable<Text>,
        biz_location -> Nullable<Text>,
        scan_position -> Nullable<BigInt>,
        content -> Nullable<Text>,
        context -> Nullable<Text>,
    }
}

diesel::table! {
    epcis_terms (centre_id, term, number) {
        centre_id -> Binary,
        term -> Text,
        number -> BigInt,
    }
}

diesel::table! {
    epcis_cursors (centre_id) {
        centre_id -> Binary,
        position -> BigInt,
    }
}

diesel::table! {
    epcis_waiting (centre_id, scan_id, position) {
        centre_id -> Binary,
        scan_id -> Binary,
        position -> BigInt,
    }
}
