//! Plan jobs and answers given once.

diesel::table! {
    plan_jobs (id) {
        id -> Binary,
        centre_id -> Binary,
        date -> Date,
        seed -> BigInt,
        state -> Text,
        done -> BigInt,
        total -> BigInt,
        phase -> Text,
        error -> Nullable<Text>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        revision -> Nullable<BigInt>,
    }
}

diesel::table! {
    idempotency_keys (centre_id, key) {
        centre_id -> Binary,
        key -> Text,
        body_sha256 -> Binary,
        status -> Integer,
        response -> Text,
        created_at -> BigInt,
    }
}
