//! Plan jobs, and answers remembered under a client's key.

use conthoi::{
    domain::{CentreData, IdSource},
    store::{IdempotencyKey, Inserted, JobState, PlanJob, StoreError},
};

use crate::support::{
    centre::{at, day, small_centre},
    db::on_each_database,
    ids::Dice,
};

fn job(centre: &CentreData, minute: u32, dice: &mut Dice) -> PlanJob {
    PlanJob {
        id: dice.next_uuid(),
        centre_id: centre.centre.id,
        date: day(2019, 6, 14),
        seed: u64::MAX - 1,
        state: JobState::Queued,
        done: 0,
        total: 1_000,
        phase: "waiting".into(),
        error: None,
        created_at: at(1, minute),
        finished_at: None,
        revision: None,
    }
}

#[test]
fn a_job_goes_its_way_and_its_end_is_final() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let mut job = job(&centre, 0, &mut Dice::new(2));
        assert_eq!(store.job(job.id).unwrap(), None);
        assert!(!store.update_job(&job).unwrap(), "an unknown job cannot be updated");
        store.insert_job(&job).unwrap();
        assert_eq!(store.job(job.id).unwrap().as_ref(), Some(&job));
        assert!(matches!(store.insert_job(&job), Err(StoreError::Duplicate { .. })));

        (job.state, job.done, job.phase) = (JobState::Running, 400, "search".into());
        assert!(store.update_job(&job).unwrap());
        assert_eq!(store.job(job.id).unwrap().as_ref(), Some(&job));

        (job.state, job.error, job.finished_at) = (JobState::Cancelled, Some("thôi".into()), Some(at(2, 0)));
        assert!(store.update_job(&job).unwrap());
        let mut late = job.clone();
        (late.state, late.done, late.revision) = (JobState::Done, 1_000, Some(3));
        assert!(!store.update_job(&late).unwrap(), "a late report must not undo a cancellation");
        assert_eq!(store.job(job.id).unwrap().as_ref(), Some(&job));
    });
}

#[test]
fn every_state_is_stored() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let dice = &mut Dice::new(3);
        for state in [JobState::Queued, JobState::Running, JobState::Done, JobState::Failed, JobState::Cancelled] {
            let job = PlanJob { state, revision: Some(u32::MAX), ..job(&centre, 0, dice) };
            store.insert_job(&job).unwrap();
            assert_eq!(store.job(job.id).unwrap(), Some(job));
        }
    });
}

#[test]
fn open_jobs_are_listed_oldest_first_and_running_ones_fail_at_start_up() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let other = store.save_centre(&small_centre("H92", 2)).unwrap();
        let dice = &mut Dice::new(4);
        let newest = job(&centre, 9, dice);
        let oldest = PlanJob { state: JobState::Running, ..job(&centre, 1, dice) };
        let done = PlanJob { state: JobState::Done, ..job(&centre, 0, dice) };
        let elsewhere = job(&other, 0, dice);
        for job in [&newest, &oldest, &done, &elsewhere] {
            store.insert_job(job).unwrap();
        }
        assert_eq!(store.open_jobs(centre.centre.id).unwrap(), [oldest.clone(), newest.clone()]);
        assert_eq!(store.fail_running_jobs("the server was stopped", at(5, 0)).unwrap(), 1);
        assert_eq!(store.open_jobs(centre.centre.id).unwrap(), [newest]);
        let failed = store.job(oldest.id).unwrap().unwrap();
        assert_eq!(failed.state, JobState::Failed);
        assert_eq!(failed.error.as_deref(), Some("the server was stopped"));
        assert_eq!(failed.finished_at, Some(at(5, 0)));
        assert_eq!(store.job(done.id).unwrap(), Some(done));
        assert_eq!(store.fail_running_jobs("again", at(6, 0)).unwrap(), 0);
    });
}

#[test]
fn a_job_of_an_unknown_centre_or_beyond_all_numbers_is_refused() {
    on_each_database(|store| {
        let centre = small_centre("H51", 1);
        let job = job(&centre, 0, &mut Dice::new(5));
        assert!(matches!(store.insert_job(&job), Err(StoreError::Missing { .. })));
        let job = PlanJob { total: u64::MAX, ..job };
        assert!(matches!(store.insert_job(&job), Err(StoreError::Invalid { field: "total", .. })));
    });
}

#[test]
fn a_key_remembers_the_first_answer() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap().centre.id;
        let other = store.save_centre(&small_centre("H92", 2)).unwrap().centre.id;
        let key = IdempotencyKey {
            centre_id: centre,
            key: "a-key".into(),
            body_sha256: [7; 32],
            status: 201,
            response: "{\"mã\":\"H51-1\"}".into(),
            created_at: at(1, 0),
        };
        assert_eq!(store.recall_key(centre, "a-key").unwrap(), None);
        assert_eq!(store.remember_key(&key).unwrap(), Inserted::Created);
        assert_eq!(store.recall_key(centre, "a-key").unwrap().as_ref(), Some(&key));
        let again = IdempotencyKey { status: 500, response: "other".into(), ..key.clone() };
        assert_eq!(store.remember_key(&again).unwrap(), Inserted::Exists);
        let changed = IdempotencyKey { body_sha256: [8; 32], ..key.clone() };
        assert_eq!(store.remember_key(&changed).unwrap(), Inserted::Conflict { field: "body_sha256" });
        assert_eq!(store.recall_key(centre, "a-key").unwrap(), Some(key.clone()));
        assert_eq!(store.recall_key(centre, "A-KEY").unwrap(), None, "capitals count");
        assert_eq!(store.recall_key(other, "a-key").unwrap(), None, "each centre has its own keys");
        assert_eq!(store.remember_key(&IdempotencyKey { centre_id: other, ..key }).unwrap(), Inserted::Created);
    });
}
