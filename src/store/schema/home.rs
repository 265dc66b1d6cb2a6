//! What citizens ask for.

diesel::table! {
    phone_keys (centre_id) {
        centre_id -> Binary,
        secret -> Binary,
        made_at -> BigInt,
    }
}

diesel::table! {
    dossier_phones (centre_id, dossier_id) {
        centre_id -> Binary,
        dossier_id -> Binary,
        phone_hmac -> Binary,
    }
}

diesel::table! {
    home_requests (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        dossier_id -> Binary,
        state -> Text,
        revision -> BigInt,
        requested_at -> BigInt,
        held_until -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        reach -> Text,
        fee_dong -> BigInt,
        consent_version -> Text,
        consented_at -> BigInt,
        name -> Nullable<Text>,
        phone -> Nullable<Text>,
        delegate -> Nullable<Text>,
        authorisation -> Nullable<Text>,
        ticket_date -> Nullable<Date>,
        ticket_number -> Nullable<BigInt>,
        erased_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    home_links (centre_id, secret_sha256) {
        centre_id -> Binary,
        secret_sha256 -> Binary,
        home_delivery_id -> Binary,
        made_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    home_codes (centre_id, home_delivery_id, purpose) {
        centre_id -> Binary,
        home_delivery_id -> Binary,
        purpose -> Text,
        code_hmac -> Binary,
        expires_at -> BigInt,
        tries_left -> BigInt,
        sent -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    home_facts (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        home_delivery_id -> Binary,
        at -> BigInt,
        recorded_at -> BigInt,
        recorded_by -> Text,
        kind -> Text,
        event -> Text,
        courier_id -> Nullable<Binary>,
        fee_date -> Nullable<Date>,
    }
}

diesel::table! {
    fee_handins (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        courier_id -> Binary,
        date -> Date,
        amount_dong -> BigInt,
        at -> BigInt,
        received_by -> Text,
    }
}

diesel::table! {
    promise_days (centre_id, date) {
        centre_id -> Binary,
        date -> Date,
        revision -> BigInt,
    }
}
