//! Plans of days.

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
