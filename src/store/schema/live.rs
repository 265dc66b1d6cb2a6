//! The live day.

diesel::table! {
    positions (centre_id, courier_id, at) {
        centre_id -> Binary,
        courier_id -> Binary,
        at -> BigInt,
        lat -> Double,
        lon -> Double,
        accuracy_m -> Nullable<BigInt>,
        received_at -> BigInt,
    }
}

diesel::table! {
    alerts (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        date -> Date,
        cause -> Text,
        kind -> Text,
        detail -> Text,
        raised_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    live_days (centre_id, date) {
        centre_id -> Binary,
        date -> Date,
        revision -> BigInt,
        origin -> Text,
        disruptions -> Text,
        locks -> Text,
        locks_version -> BigInt,
        closed_at -> Nullable<BigInt>,
        report -> Nullable<Text>,
    }
}

diesel::table! {
    plan_revisions (centre_id, date, revision) {
        centre_id -> Binary,
        date -> Date,
        revision -> BigInt,
        origin -> Text,
        disruptions -> Text,
        plan -> Text,
    }
}

diesel::table! {
    plan_proposals (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        date -> Date,
        base_revision -> BigInt,
        locks_version -> BigInt,
        made_at -> BigInt,
        state -> Text,
        cause -> Text,
        difference -> Text,
        plan -> Text,
        ended_at -> Nullable<BigInt>,
    }
}
