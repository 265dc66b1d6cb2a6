//! Centre, sites, timetable and calendar.

use conthoi::domain::sort_key;
use serde_json::Value;

use super::{World, on_each};

fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|value| value[field].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn the_centre() {
    on_each!(World::with_season, |client, _world| {
        let centre = client.json("/v1/centre").await;
        assert_eq!(centre["code"], "H51");
        assert_eq!(centre["time_zone"], "Asia/Ho_Chi_Minh");
        assert_eq!(centre["synthetic"], true);
        assert_eq!(centre["travel"]["kind"], "estimate");
        assert_eq!(centre["published"]["dossiers_received"], 25_031);
        assert!(centre["stored"]["items"].as_u64().unwrap() > 0);
    });
}

#[actix_web::test]
async fn sites_are_sorted_as_vietnamese_is_and_paging_walks_each_once() {
    on_each!(World::imported, |client, world| {
        let whole = client.json("/v1/sites?limit=1000").await;
        let names = texts(&whole["sites"], "name");
        let mut sorted = names.clone();
        sorted.sort_by_cached_key(|name| sort_key(name));
        assert_eq!(names, sorted);
        assert_eq!(names.len(), world.service.centre().unwrap().sites.len());
        assert_eq!(whole["next"], Value::Null);

        for limit in [1, 7, 1000] {
            let mut walked = Vec::new();
            let mut path = format!("/v1/sites?limit={limit}");
            loop {
                let answer = client.get(&path).await;
                let page = answer.json();
                assert!(page["sites"].as_array().unwrap().len() <= limit);
                walked.extend(texts(&page["sites"], "name"));
                let link = answer.header("link").to_owned();
                assert_eq!(link.is_empty(), page["next"].is_null());
                if link.is_empty() {
                    break;
                }
                path = link.strip_prefix('<').unwrap().split('>').next().unwrap().to_owned();
            }
            assert_eq!(walked, names, "limit {limit}");
        }
    });
}

#[actix_web::test]
async fn sites_are_found_without_diacritics() {
    on_each!(World::imported, |client, _world| {
        for words in ["S%E1%BB%9F%20T%C6%B0%20ph%C3%A1p", "so%20tu%20phap", "SO%20TU%20PHAP", "phap%20tu"] {
            let found = client.json(&format!("/v1/sites?q={words}")).await;
            assert!(texts(&found["sites"], "name").contains(&"Sở Tư pháp".to_owned()), "{words}: {found}");
        }
        let none = client.json("/v1/sites?q=zzz").await;
        assert_eq!(none["sites"].as_array().unwrap().len(), 0);
        let centres = client.json("/v1/sites?kind=centre").await;
        let code = centres["sites"][0]["code"].as_str().unwrap().to_owned();
        assert_eq!(client.json(&format!("/v1/sites/{code}")).await, centres["sites"][0]);
    });
}

#[actix_web::test]
async fn the_timetable_of_a_day() {
    on_each!(World::imported, |client, _world| {
        let day = client.json("/v1/timetable?date=2019-06-14").await;
        let documents: Vec<&Value> =
            day["runs"].as_array().unwrap().iter().filter(|run| run["kind"] == "document").collect();
        assert_eq!(documents.len(), 4);
        for run in documents {
            assert!(run["departs_at"].as_str().unwrap().starts_with("2019-06-14T"));
            assert!(run["departs_at"].as_str().unwrap().ends_with("+07:00"));
        }
        let today = client.json("/v1/timetable").await;
        assert_eq!(today, day, "the fixed clock shows that day");
        let sunday = client.json("/v1/timetable?date=2019-06-16").await;
        assert_eq!((sunday["working"].as_bool(), sunday["runs"].as_array().unwrap().len()), (Some(false), 0));
        let holiday = client.json("/v1/timetable?date=2019-05-01").await;
        assert!(holiday["occasion"].as_str().is_some());
    });
}

#[actix_web::test]
async fn the_calendar() {
    on_each!(World::imported, |client, _world| {
        let days = client.json("/v1/calendar?from=2019-01-04&to=2019-06-15").await;
        assert_eq!(days["working_days"], 109, "as the mission counts them");
        let year = client.json("/v1/calendar").await;
        assert_eq!((year["from"].as_str(), year["to"].as_str()), (Some("2019-01-01"), Some("2019-12-31")));
        assert_eq!(year["days"].as_array().unwrap().len(), 365);
    });
}
