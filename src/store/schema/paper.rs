//! Printed papers and what proves them; photos and signatures.

diesel::table! {
    forms (centre_id, row_no) {
        centre_id -> Binary,
        row_no -> Integer,
        form -> Text,
        number -> Text,
        regulation -> Text,
        title -> Text,
        form_columns -> Text,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
        status -> Text,
        source -> Text,
    }
}

diesel::table! {
    signing_keys (centre_id) {
        centre_id -> Binary,
        secret -> Binary,
        public -> Binary,
        made_at -> BigInt,
    }
}

diesel::table! {
    slips (centre_id, code) {
        centre_id -> Binary,
        code -> Text,
        dossier -> Text,
        things -> Text,
        statement -> Binary,
        issued_at -> BigInt,
    }
}

diesel::table! {
    evidence (centre_id, sent_sha256) {
        centre_id -> Binary,
        sent_sha256 -> Binary,
        kept_sha256 -> Binary,
        media_type -> Text,
        kept_bytes -> BigInt,
        received_at -> BigInt,
    }
}

diesel::table! {
    evidence_uploads (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        sent_sha256 -> Binary,
        bytes -> BigInt,
        begun_at -> BigInt,
        expires_at -> BigInt,
    }
}
