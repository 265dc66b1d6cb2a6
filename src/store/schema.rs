//! The tables as both backends have them; a test compares them with the migrated databases.

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

diesel::table! {
    plans (centre_id, date) {
        centre_id -> Binary,
        date -> Date,
        id -> Binary,
        revision -> BigInt,
        made_at -> BigInt,
        travel_kind -> Text,
        travel_label -> Text,
        travel_attribution -> Nullable<Text>,
    }
}

diesel::table! {
    plan_runs (centre_id, date, run_no) {
        centre_id -> Binary,
        date -> Date,
        run_no -> Integer,
        id -> Binary,
        code -> Text,
        kind -> Text,
        name -> Text,
        departs_at -> BigInt,
        back_by -> BigInt,
    }
}

diesel::table! {
    plan_routes (centre_id, date, route_no) {
        centre_id -> Binary,
        date -> Date,
        route_no -> Integer,
        id -> Binary,
        run_no -> Nullable<Integer>,
        round_id -> Nullable<Binary>,
        half_day -> Nullable<Text>,
        depot_site_id -> Nullable<Binary>,
        courier_id -> Binary,
        vehicle_id -> Binary,
        profile -> Text,
        cost_dong -> BigInt,
    }
}

diesel::table! {
    plan_stops (centre_id, date, route_no, stop_no) {
        centre_id -> Binary,
        date -> Date,
        route_no -> Integer,
        stop_no -> Integer,
        id -> Binary,
        site_id -> Nullable<Binary>,
        home_delivery_id -> Nullable<Binary>,
        arrives_at -> BigInt,
        starts_at -> BigInt,
        departs_at -> BigInt,
        distance_m -> BigInt,
        travel_s -> BigInt,
    }
}

diesel::table! {
    plan_stop_items (centre_id, date, route_no, stop_no, action, item_no) {
        centre_id -> Binary,
        date -> Date,
        route_no -> Integer,
        stop_no -> Integer,
        action -> Text,
        item_no -> Integer,
        item_id -> Binary,
    }
}

diesel::table! {
    plan_unassigned (centre_id, date, item_no) {
        centre_id -> Binary,
        date -> Date,
        item_no -> Integer,
        item_id -> Binary,
        reason -> Text,
        detail -> Text,
    }
}

diesel::table! {
    plan_continues (centre_id, date, item_no) {
        centre_id -> Binary,
        date -> Date,
        item_no -> Integer,
        item_id -> Binary,
    }
}

diesel::table! {
    plan_warnings (centre_id, date, warning_no) {
        centre_id -> Binary,
        date -> Date,
        warning_no -> Integer,
        code -> Text,
        item_id -> Nullable<Binary>,
        site_id -> Nullable<Binary>,
        run_id -> Nullable<Binary>,
        due_at -> Nullable<BigInt>,
        arrives_at -> Nullable<BigInt>,
    }
}

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

diesel::table! {
    scan_events (centre_id, position) {
        centre_id -> Binary,
        position -> BigInt,
        id -> Binary,
        received_at -> BigInt,
        trip_id -> Nullable<Binary>,
        content -> Text,
        content_sha256 -> Binary,
    }
}

diesel::table! {
    scan_codes (centre_id, code, position) {
        centre_id -> Binary,
        code -> Text,
        position -> BigInt,
        link -> Binary,
    }
}

diesel::table! {
    scan_chains (centre_id, code) {
        centre_id -> Binary,
        code -> Text,
        scans -> BigInt,
        position -> BigInt,
        link -> Binary,
    }
}

diesel::table! {
    scan_asides (centre_id, position) {
        centre_id -> Binary,
        position -> BigInt,
        salt -> Binary,
        content -> Text,
    }
}

diesel::table! {
    scan_conflicts (centre_id, id, content_sha256) {
        centre_id -> Binary,
        id -> Binary,
        content_sha256 -> Binary,
        content -> Text,
        received_at -> BigInt,
    }
}

diesel::table! {
    scan_days (centre_id, date) {
        centre_id -> Binary,
        date -> Date,
        first_position -> BigInt,
        last_position -> BigInt,
        root -> Binary,
        link -> Binary,
    }
}

diesel::table! {
    scan_devices (centre_id, device_id) {
        centre_id -> Binary,
        device_id -> Binary,
        numbers -> Text,
        last_number -> BigInt,
        last_received_at -> BigInt,
    }
}

diesel::table! {
    scan_reviews (centre_id) {
        centre_id -> Binary,
        position -> BigInt,
    }
}

diesel::table! {
    discrepancies (centre_id, id) {
        centre_id -> Binary,
        id -> Binary,
        code -> Nullable<Text>,
        scan_id -> Binary,
        kind -> Text,
        detail -> Text,
        owner -> Nullable<Text>,
        raised_at -> BigInt,
        due_at -> BigInt,
        state -> Text,
        assignee -> Nullable<Text>,
        reason -> Nullable<Text>,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    centres,
    dossier_code_patterns,
    sites,
    opening_hours,
    communes,
    calendar_days,
    timetable_runs,
    vehicles,
    couriers,
    areas,
    half_days,
    rules,
    procedures,
    dossiers,
    home_deliveries,
    items,
    plans,
    plan_runs,
    plan_routes,
    plan_stops,
    plan_stop_items,
    plan_unassigned,
    plan_continues,
    plan_warnings,
    plan_jobs,
    idempotency_keys,
    scan_events,
    scan_codes,
    scan_chains,
    scan_asides,
    scan_conflicts,
    scan_days,
    scan_devices,
    scan_reviews,
    discrepancies,
);
