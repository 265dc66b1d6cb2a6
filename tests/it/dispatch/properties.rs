//! Random days: whatever waits wherever, the plan keeps every rule that the audit knows.

use conthoi::domain::{Destination, SiteKind, WantedHalfDay};
use proptest::prelude::*;

use super::town::{Town, date};

#[derive(Debug, Clone)]
struct Wish {
    from: usize,
    to: usize,
    home: bool,
    ready_min: i64,
    due_min: Option<i64>,
    weight_g: u32,
    wanted_in: Option<u64>,
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let wish = (
        0..200_usize,
        0..200_usize,
        any::<bool>(),
        -1500..1080_i64,
        proptest::option::of(1..3000_i64),
        1..60_000_u32,
        proptest::option::of(0..3_u64),
    )
        .prop_map(|(from, to, home, ready_min, due_min, weight_g, wanted_in)| Wish {
            from,
            to,
            home,
            ready_min,
            due_min,
            weight_g,
            wanted_in,
        });
    proptest::collection::vec(wish, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_random_day_passes_the_audit(wishes in wishes(), day in 0..5_u64) {
        let mut town = Town::on(date("2019-06-10") + chrono::Days::new(day));
        let sites: Vec<String> = town.centre.sites.iter().map(|site| site.code.clone()).collect();
        let offices: Vec<&str> = town.centre.sites.iter().filter(|site| site.kind != SiteKind::PostOffice).map(|site| site.code.as_str()).collect();
        let offices: Vec<String> = offices.into_iter().map(String::from).collect();
        let communes: Vec<String> =
            town.centre.communes.iter().filter(|it| it.effective.contains(town.date)).map(|it| it.code.clone()).collect();
        for wish in wishes {
            let ready_at = town.at("00:00") + chrono::TimeDelta::minutes(wish.ready_min);
            let from = &sites[wish.from % sites.len()];
            let id = if wish.home {
                let wanted = wish.wanted_in.map(|days| WantedHalfDay { date: town.date + chrono::Days::new(days), half_day: None });
                town.home_item(from, &communes[wish.to % communes.len()], ready_at, wanted)
            } else {
                let to = &offices[wish.to % offices.len()];
                if to == from {
                    continue;
                }
                let to = Destination::Site(town.site(to));
                town.item_to(from, to, ready_at)
            };
            let item = town.items.last_mut().unwrap();
            item.weight_g = wish.weight_g;
            if let Some(minutes) = wish.due_min {
                town.due(id, ready_at + chrono::TimeDelta::minutes(minutes));
            }
        }
        town.plan();
    }
}
