//! Custody.

diesel::table! {
    scan_events (centre_id, position) {
        centre_id -> Binary,
        position -> BigInt,
        id -> Binary,
        received_at -> BigInt,
        trip_id -> Nullable<Binary>,
        content -> Text,
        content_sha256 -> Binary,
    }
}

diesel::table! {
    scan_codes (centre_id, code, position) {
        centre_id -> Binary,
        code -> Text,
        position -> BigInt,
        link -> Binary,
    }
}

diesel::table! {
    scan_chains (centre_id, code) {
        centre_id -> Binary,
        code -> Text,
        scans -> BigInt,
        position -> BigInt,
        link -> Binary,
    }
}

diesel::table! {
    scan_asides (centre_id, position) {
        centre_id -> Binary,
        position -> BigInt,
        salt -> Binary,
        content -> Text,
    }
}

diesel::table! {
    scan_conflicts (centre_id, id, content_sha256) {
        centre_id -> Binary,
        id -> Binary,
        content_sha256 -> Binary,
        content -> Text,
        received_at -> BigInt,
    }
}

diesel::table! {
    scan_days (centre_id, date) {
        centre_id -> Binary,
        date -> Date,
        first_position -> BigInt,
        last_position -> BigInt,
        root -> Binary,
        link -> Binary,
    }
}

diesel::table! {
    scan_devices (centre_id, device_id) {
        centre_id -> Binary,
        device_id -> Binary,
        numbers -> Text,
        last_number -> BigInt,
        last_received_at -> BigInt,
    }
}

diesel::table! {
    scan_reviews (centre_id) {
        centre_id -> Binary,
        position -> BigInt,
    }
}

diesel::table! {
    discrepancies (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        code -> Nullable<Text>,
        scan_id -> Binary,
        kind -> Text,
        detail -> Text,
        owner -> Nullable<Text>,
        raised_at -> BigInt,
        due_at -> BigInt,
        state -> Text,
        assignee -> Nullable<Text>,
        reason -> Nullable<Text>,
        closed_at -> Nullable<BigInt>,
        announced_at -> Nullable<BigInt>,
    }
}
