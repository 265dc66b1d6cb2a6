//! The feed and webhooks.

diesel::table! {
    feed_entries (centre_id, position) {
        centre_id -> Binary,
        position -> BigInt,
        at -> BigInt,
        kind -> Text,
        detail -> Text,
    }
}

diesel::table! {
    webhook_endpoints (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        url -> Text,
        secret -> Text,
        types -> Text,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        disabled_reason -> Nullable<Text>,
        scan_position -> BigInt,
        feed_position -> BigInt,
    }
}

diesel::table! {
    webhook_deliveries (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        endpoint_id -> Binary,
        kind -> Text,
        payload -> Text,
        created_at -> BigInt,
        state -> Text,
        attempts -> BigInt,
        due_at -> BigInt,
        leased_until -> Nullable<BigInt>,
        last_status -> Nullable<BigInt>,
        last_problem -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
    }
}
