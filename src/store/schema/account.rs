//! Accounts and with what they come in, devices, and what was done to both.

diesel::table! {
    accounts (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        name -> Text,
        role -> Text,
        site_id -> Nullable<Binary>,
        courier_id -> Nullable<Binary>,
        email -> Nullable<Text>,
        oidc_subject -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        disabled_at -> Nullable<BigInt>,
        created_at -> BigInt,
        revision -> BigInt,
    }
}

diesel::table! {
    account_links (centre_id, secret_sha256) {
        centre_id -> Binary,
        secret_sha256 -> Binary,
        account_id -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (centre_id, secret_sha256) {
        centre_id -> Binary,
        secret_sha256 -> Binary,
        account_id -> Binary,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    access_tokens (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        account_id -> Binary,
        label -> Text,
        prefix -> Text,
        secret_sha256 -> Binary,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    devices (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        name -> Text,
        prefix -> Text,
        secret_sha256 -> Binary,
        enrolled_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        last_seen_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    device_enrolments (centre_id, secret_sha256) {
        centre_id -> Binary,
        secret_sha256 -> Binary,
        name -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        device_id -> Nullable<Binary>,
    }
}

diesel::table! {
    device_shifts (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        device_id -> Binary,
        courier_id -> Nullable<Binary>,
        site_id -> Nullable<Binary>,
        from_at -> BigInt,
        until_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    scan_senders (centre_id, device_id, sender) {
        centre_id -> Binary,
        device_id -> Binary,
        sender -> Text,
        first_at -> BigInt,
    }
}

diesel::table! {
    scan_doubts (centre_id, scan_id) {
        centre_id -> Binary,
        scan_id -> Binary,
        sender -> Text,
        doubt -> Text,
        noted_at -> BigInt,
    }
}

diesel::table! {
    login_attempts (centre_id, subject_sha256) {
        centre_id -> Binary,
        subject_sha256 -> Binary,
        failures -> BigInt,
        last_at -> BigInt,
        locked_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_log (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        at -> BigInt,
        account_id -> Nullable<Binary>,
        actor -> Text,
        act -> Text,
        object_kind -> Text,
        object_id -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
    }
}
