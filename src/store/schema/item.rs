//! Dossiers, items and home deliveries.

diesel::table! {
    dossiers (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        code -> Text,
        department_id -> Binary,
        received_at -> BigInt,
        appointment_at -> BigInt,
        settled_at -> Nullable<BigInt>,
        synthetic -> Bool,
        procedure_code -> Nullable<Text>,
    }
}

diesel::table! {
    home_deliveries (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        dossier_id -> Nullable<Binary>,
        address -> Text,
        commune_code -> Text,
        lat -> Double,
        lon -> Double,
        position_quality -> Text,
        requested_at -> BigInt,
        wanted_date -> Nullable<Date>,
        wanted_half_day -> Nullable<Text>,
        synthetic -> Bool,
    }
}

diesel::table! {
    items (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        code -> Text,
        dossier_id -> Nullable<Binary>,
        from_site_id -> Binary,
        to_site_id -> Nullable<Binary>,
        to_home_delivery_id -> Nullable<Binary>,
        ready_at -> BigInt,
        due_at -> Nullable<BigInt>,
        weight_g -> BigInt,
        waypoint_site_id -> Nullable<Binary>,
        waypoint_reached_at -> Nullable<BigInt>,
        delivered_at -> Nullable<BigInt>,
        synthetic -> Bool,
    }
}
