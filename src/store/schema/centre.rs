//! A centre and what is imported for it.

diesel::table! {
    centres (id) {
        id -> Binary,
        code -> Text,
        name -> Text,
        name_en -> Text,
        site_code -> Text,
        time_zone -> Text,
        calendar_from -> Date,
        calendar_to -> Date,
        published -> Nullable<Text>,
        season -> Nullable<Text>,
        home_terms -> Nullable<Text>,
        message_templates -> Nullable<Text>,
    }
}

diesel::table! {
    dossier_code_patterns (centre_id, row_no) {
        centre_id -> Binary,
        row_no -> Integer,
        name -> Text,
        pattern -> Text,
        example -> Text,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
    }
}

diesel::table! {
    sites (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        row_no -> Integer,
        code -> Text,
        name -> Text,
        kind -> Text,
        address -> Nullable<Text>,
        address_status -> Text,
        commune_code -> Text,
        lat -> Double,
        lon -> Double,
        position_quality -> Text,
        always_visit -> Bool,
        has_own_hours -> Bool,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
        source -> Text,
    }
}

diesel::table! {
    opening_hours (centre_id, row_no) {
        centre_id -> Binary,
        row_no -> Integer,
        site_id -> Nullable<Binary>,
        weekdays -> Text,
        opens -> Time,
        closes -> Time,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
    }
}

diesel::table! {
    communes (centre_id, row_no) {
        centre_id -> Binary,
        row_no -> Integer,
        code -> Text,
        name -> Text,
        kind -> Text,
        district_code -> Nullable<Text>,
        district -> Nullable<Text>,
        lat -> Double,
        lon -> Double,
        position_quality -> Text,
        spread_radius_m -> BigInt,
        population -> BigInt,
        population_status -> Text,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
        merged_into -> Text,
        source -> Text,
    }
}

diesel::table! {
    calendar_days (centre_id, date) {
        centre_id -> Binary,
        date -> Date,
        kind -> Text,
        name -> Text,
        status -> Text,
    }
}

diesel::table! {
    timetable_runs (centre_id, row_no) {
        centre_id -> Binary,
        row_no -> Integer,
        code -> Text,
        kind -> Text,
        name -> Text,
        departs -> Time,
        back_by -> Time,
        serves -> Text,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
        status -> Text,
    }
}

diesel::table! {
    vehicles (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        row_no -> Integer,
        code -> Text,
        profile -> Text,
        capacity_items -> BigInt,
        capacity_g -> BigInt,
        fixed_cost_dong -> BigInt,
        cost_per_hour_dong -> BigInt,
        cost_per_km_dong -> BigInt,
        status -> Text,
    }
}

diesel::table! {
    couriers (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        row_no -> Integer,
        code -> Text,
        name -> Text,
        base_site_id -> Binary,
        vehicle_id -> Binary,
        runs -> Text,
        rounds -> Text,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
        status -> Text,
    }
}

diesel::table! {
    areas (centre_id, row_no) {
        centre_id -> Binary,
        row_no -> Integer,
        commune_code -> Nullable<Text>,
        district_code -> Nullable<Text>,
        name -> Text,
        depot_site_id -> Binary,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
        status -> Text,
    }
}

diesel::table! {
    half_days (centre_id, row_no) {
        centre_id -> Binary,
        row_no -> Integer,
        half_day -> Text,
        starts -> Time,
        ends -> Time,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
        status -> Text,
    }
}

diesel::table! {
    rules (centre_id, row_no) {
        centre_id -> Binary,
        row_no -> Integer,
        name -> Text,
        value -> Text,
        unit -> Text,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
        status -> Text,
        source -> Text,
    }
}

diesel::table! {
    procedures (centre_id, row_no) {
        centre_id -> Binary,
        row_no -> Integer,
        department_id -> Binary,
        procedure_count -> BigInt,
        dossier_share_permille -> BigInt,
        status -> Text,
    }
}
