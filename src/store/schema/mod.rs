//! The tables as both backends have them; a test compares them with the migrated databases.

mod account;
mod centre;
mod complaint;
mod epcis;
mod exchange;
mod home;
mod item;
mod job;
mod live;
mod outbox;
mod paper;
mod plan;
mod post;
mod scan;

pub(super) use account::*;
pub(super) use centre::*;
pub(super) use complaint::*;
pub(super) use epcis::*;
pub(super) use exchange::*;
pub(super) use home::*;
pub(super) use item::*;
pub(super) use job::*;
pub(super) use live::*;
pub(super) use outbox::*;
pub(super) use paper::*;
pub(super) use plan::*;
pub(super) use post::*;
pub(super) use scan::*;

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
    ratings,
    complaints,
    compensations,
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
    epcis_captures,
    epcis_events,
    epcis_terms,
    epcis_cursors,
    epcis_waiting,
    feed_entries,
    webhook_endpoints,
    webhook_deliveries,
    outbox_messages,
    outbox_attempts,
    phone_keys,
    dossier_phones,
    home_requests,
    home_links,
    home_codes,
    home_facts,
    fee_handins,
    promise_days,
    postal_counters,
    postal_handovers,
    postal_parcels,
    postal_parcel_items,
    postal_events,
    postal_cursors,
    forms,
    slips,
    signing_keys,
    evidence,
    evidence_uploads,
    accounts,
    account_links,
    sessions,
    access_tokens,
    devices,
    device_enrolments,
    device_shifts,
    scan_senders,
    scan_doubts,
    login_attempts,
    audit_log,
    positions,
    alerts,
    live_days,
    plan_revisions,
    plan_proposals,
);
