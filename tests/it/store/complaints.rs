//! What citizens say: kept once, listed in order, answered once, erased without a trace of words.

use chrono::TimeDelta;
use conthoi::{
    domain::{
        CentreData, Compensation, CompensationId, Complaint, ComplaintAnswer, ComplaintId, ComplaintReach, DossierId,
        HomeDelivery, HomeDeliveryId, LossKind, Matter, Rating, RatingId, RatingSource, RatingStep,
    },
    store::{Answered, Inserted, Period, Store, StoreError, TimeCursor},
};

use crate::support::{
    centre::{at, day, dossier, home_delivery, item, small_centre},
    db::on_each_database,
    ids::Dice,
};

fn rating(centre: &CentreData, about: Option<Matter>, dice: &mut Dice) -> Rating {
    Rating {
        id: RatingId::new(dice),
        centre_id: centre.centre.id,
        at: at(3, 0),
        step: RatingStep::Satisfied,
        source: RatingSource::Device,
        about,
        comment: None,
        synthetic: false,
    }
}

fn complaint(centre: &CentreData, about: Matter, dice: &mut Dice) -> Complaint {
    Complaint {
        id: ComplaintId::new(dice),
        centre_id: centre.centre.id,
        about,
        reach: ComplaintReach::InProvince,
        text: "Giao trễ hai ngày".into(),
        received_at: at(4, 0),
        due_on: day(2019, 6, 21),
        answer: None,
        synthetic: false,
    }
}

fn answer(text: &str) -> ComplaintAnswer {
    ComplaintAnswer { at: at(9, 0), text: text.into() }
}

/// A centre with a dossier and a home delivery.
fn world(store: &Store, dice: &mut Dice) -> (CentreData, DossierId, HomeDelivery) {
    let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
    let dossier = dossier(&centre, 1, dice);
    store.insert_dossier(&dossier).unwrap();
    let home = home_delivery(&centre, Some(&dossier), dice);
    store.insert_home_delivery(&home).unwrap();
    (centre, dossier.id, home)
}

#[test]
fn records_come_back_as_they_were_and_are_kept_once() {
    on_each_database(|store| {
        let dice = &mut Dice::new(7);
        let (centre, dossier, home) = world(store, dice);
        let id = centre.centre.id;
        let matters = [None, Some(Matter::Dossier(dossier)), Some(Matter::HomeDelivery(home.id))];
        for about in matters {
            let mut given = rating(&centre, about, dice);
            given.comment = about.map(|_| "Rất nhanh; cảm ơn \"Lan\"".into());
            assert_eq!(store.insert_rating(&given).unwrap(), Inserted::Created);
            assert_eq!(store.insert_rating(&given).unwrap(), Inserted::Exists);
            assert_eq!(store.rating(id, given.id).unwrap(), Some(given.clone()));
            let other = Rating { step: RatingStep::VeryDissatisfied, ..given };
            assert_eq!(store.insert_rating(&other).unwrap(), Inserted::Conflict { field: "id" });
        }
        let made = complaint(&centre, Matter::HomeDelivery(home.id), dice);
        assert_eq!(store.insert_complaint(&made).unwrap(), Inserted::Created);
        assert_eq!(store.insert_complaint(&made).unwrap(), Inserted::Exists);
        assert_eq!(store.complaint(id, made.id).unwrap(), Some(made.clone()));
        let paid = Compensation {
            id: CompensationId::new(dice),
            centre_id: id,
            at: at(5, 0),
            kind: LossKind::Damaged,
            about: Matter::HomeDelivery(home.id),
            item_id: None,
            complaint_id: Some(made.id),
            dong: 250_000,
            synthetic: false,
        };
        assert_eq!(store.insert_compensation(&paid).unwrap(), Inserted::Created);
        assert_eq!(store.insert_compensation(&paid).unwrap(), Inserted::Exists);
        assert_eq!(store.compensations(id, &Period::default(), None, 10).unwrap(), [paid]);
        assert_eq!(store.ratings_of_home_delivery(id, home.id).unwrap().len(), 1);
        assert_eq!(store.complaints_about_home_delivery(id, home.id).unwrap(), [made]);
        // Nothing of it belongs to another centre.
        let other = store.save_centre(&small_centre("H92", 9)).unwrap().centre.id;
        assert_eq!(store.ratings(other, &Period::default(), None, 10).unwrap(), []);
    });
}

#[test]
fn what_is_about_nothing_known_is_refused() {
    on_each_database(|store| {
        let dice = &mut Dice::new(7);
        let (centre, ..) = world(store, dice);
        let nowhere = Matter::HomeDelivery(HomeDeliveryId::new(dice));
        let error = store.insert_rating(&rating(&centre, Some(nowhere), dice)).unwrap_err();
        assert!(matches!(error, StoreError::Missing { field: "about", .. }), "{error}");
        let error = store.insert_complaint(&complaint(&centre, nowhere, dice)).unwrap_err();
        assert!(matches!(error, StoreError::Missing { field: "about", .. }), "{error}");
        let nul = Complaint { text: "a\0b".into(), ..complaint(&centre, nowhere, dice) };
        let error = store.insert_complaint(&nul).unwrap_err();
        assert!(matches!(error, StoreError::Invalid { field: "text", .. }), "{error}");
    });
}

#[test]
fn lists_are_read_part_by_part_in_order() {
    on_each_database(|store| {
        let dice = &mut Dice::new(7);
        let (centre, ..) = world(store, dice);
        let id = centre.centre.id;
        let mut all: Vec<Rating> = (0..25)
            .map(|n| Rating { at: at(1, 0) + TimeDelta::minutes(n / 3), ..rating(&centre, None, dice) })
            .collect();
        for rating in all.iter().rev() {
            store.insert_rating(rating).unwrap();
        }
        all.sort_by_key(|rating| (rating.at, rating.id));
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let part = store.ratings(id, &Period::default(), after, 4).unwrap();
            let Some(last) = part.last() else { break };
            after = Some(TimeCursor { at: last.at, id: last.id.uuid() });
            seen.extend(part);
        }
        assert_eq!(seen, all);
        let period = Period { from: Some(at(1, 2)), until: Some(at(1, 4)) };
        let within: Vec<&Rating> = all.iter().filter(|it| (at(1, 2)..at(1, 4)).contains(&it.at)).collect();
        assert_eq!(store.ratings(id, &period, None, 100).unwrap().iter().collect::<Vec<_>>(), within);
    });
}

#[test]
fn a_complaint_is_answered_once() {
    on_each_database(|store| {
        let dice = &mut Dice::new(7);
        let (centre, dossier, _) = world(store, dice);
        let id = centre.centre.id;
        let made = complaint(&centre, Matter::Dossier(dossier), dice);
        store.insert_complaint(&made).unwrap();
        let open = |answered| store.complaints(id, &Period::default(), answered, None, 10).unwrap().len();
        assert_eq!((open(Some(false)), open(Some(true)), open(None)), (1, 0, 1));
        assert_eq!(store.answer_complaint(id, made.id, &answer("Xin lỗi"), &[]).unwrap(), Answered::Now);
        assert_eq!(store.answer_complaint(id, made.id, &answer("Xin lỗi"), &[]).unwrap(), Answered::Exists);
        assert_eq!(store.answer_complaint(id, made.id, &answer("Không"), &[]).unwrap(), Answered::Refused);
        assert_eq!(store.answer_complaint(id, ComplaintId::new(dice), &answer("x"), &[]).unwrap(), Answered::Refused);
        assert!(store.complaint(id, made.id).unwrap().unwrap().answer == Some(answer("Xin lỗi")));
        assert_eq!((open(Some(false)), open(Some(true)), open(None)), (0, 1, 1));
        // Filed again after the answer it is the same complaint.
        assert_eq!(store.insert_complaint(&made).unwrap(), Inserted::Exists);
    });
}

#[test]
fn words_are_erased_and_counts_stay() {
    on_each_database(|store| {
        let dice = &mut Dice::new(7);
        let (centre, dossier, home) = world(store, dice);
        let id = centre.centre.id;
        let about = Matter::HomeDelivery(home.id);
        store.insert_rating(&Rating { comment: Some("bí mật".into()), ..rating(&centre, Some(about), dice) }).unwrap();
        let made = Complaint { text: "bí mật".into(), ..complaint(&centre, about, dice) };
        store.insert_complaint(&made).unwrap();
        store.answer_complaint(id, made.id, &answer("bí mật"), &[]).unwrap();
        let others = complaint(&centre, Matter::Dossier(dossier), dice);
        store.insert_complaint(&others).unwrap();
        assert_eq!(store.erase_words_about(id, home.id).unwrap(), 2);
        assert_eq!(store.erase_words_about(id, home.id).unwrap(), 0);
        assert_eq!(store.ratings_of_home_delivery(id, home.id).unwrap()[0].comment, None);
        let erased = store.complaint(id, made.id).unwrap().unwrap();
        assert!(!erased.text.contains("mật") && !erased.answer.unwrap().text.contains("mật"));
        assert_eq!(store.complaint(id, others.id).unwrap(), Some(others));
    });
}

#[test]
fn a_matter_ends_when_it_is_settled_or_handed_over() {
    on_each_database(|store| {
        let dice = &mut Dice::new(7);
        let (centre, dossier, home) = world(store, dice);
        let id = centre.centre.id;
        let about = Matter::HomeDelivery(home.id);
        assert_eq!(store.matter_ended_at(id, Matter::Dossier(dossier)).unwrap(), None);
        assert_eq!(store.matter_ended_at(id, about).unwrap(), None);
        let mut first = item(&centre, "A", dice);
        first.to = conthoi::domain::Destination::Home(home.id);
        first.delivered_at = Some(at(6, 0));
        store.insert_item(&first).unwrap();
        assert_eq!(store.matter_ended_at(id, about).unwrap(), Some(at(6, 0)));
        let mut second = conthoi::domain::Item { delivered_at: None, ..item(&centre, "B", dice) };
        second.to = first.to;
        store.insert_item(&second).unwrap();
        assert_eq!(store.matter_ended_at(id, about).unwrap(), None, "one of two is still to come");
    });
}
