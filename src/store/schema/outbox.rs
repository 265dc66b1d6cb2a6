//! What is told to people.

diesel::table! {
    outbox_messages (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        event -> Text,
        channel -> Text,
        template -> Text,
        parameters -> Nullable<Text>,
        recipient -> Nullable<Text>,
        home_delivery_id -> Nullable<Binary>,
        urgent -> Bool,
        created_at -> BigInt,
        state -> Text,
        attempts -> BigInt,
        due_at -> BigInt,
        good_until -> Nullable<BigInt>,
        leased_until -> Nullable<BigInt>,
        last_problem -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    outbox_attempts (centre_id, message_id, attempt) {
        centre_id -> Binary,
        message_id -> Binary,
        attempt -> BigInt,
        at -> BigInt,
        problem -> Nullable<Text>,
    }
}
