//! Ratings, complaints and compensations.

diesel::table! {
    ratings (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        at -> BigInt,
        step -> BigInt,
        source -> Text,
        dossier_id -> Nullable<Binary>,
        home_delivery_id -> Nullable<Binary>,
        comment -> Nullable<Text>,
        synthetic -> Bool,
    }
}

diesel::table! {
    complaints (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        dossier_id -> Nullable<Binary>,
        home_delivery_id -> Nullable<Binary>,
        reach -> Text,
        text -> Text,
        received_at -> BigInt,
        due_on -> Date,
        answered_at -> Nullable<BigInt>,
        answer -> Nullable<Text>,
        synthetic -> Bool,
    }
}

diesel::table! {
    compensations (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        at -> BigInt,
        kind -> Text,
        dossier_id -> Nullable<Binary>,
        home_delivery_id -> Nullable<Binary>,
        item_id -> Nullable<Binary>,
        complaint_id -> Nullable<Binary>,
        dong -> BigInt,
        synthetic -> Bool,
    }
}
